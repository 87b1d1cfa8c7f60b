import { splitOf } from './tree-split.js';

/** Leaves from `begin` (included) to `end` (excluded), counted from 0. */
export type LeafRange = readonly [begin: number, end: number];

/** A subtree in the sense of RFC 6962: all of its leaves are selected, or none. */
export interface SlicePart {
  readonly begin: number;
  readonly end: number;
  readonly isSelected: boolean;
}

/**
 * Cuts the tree of `size` leaves into the fewest subtrees that are selected or not selected as a whole, from left to
 * right. A subtree is what splitting at the largest power of two below its size gives, as RFC 6962 section 2.1 does.
 *
 * @param ranges selected leaves; ascending, without overlap, inside the tree; see {@link rangesProblem}
 */
export function* sliceParts(size: number, ranges: readonly LeafRange[]): Generator<SlicePart, void> {
  const stack: [begin: number, end: number][] = size > 0 ? [[0, size]] : [];
  let cursor = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [begin, end] = top;
    while ((ranges[cursor]?.[1] ?? Infinity) <= begin) {
      cursor++;
    }
    const [from, to] = ranges[cursor] ?? [Infinity, Infinity];
    if (from >= end) {
      yield { begin, end, isSelected: false };
    } else if (from <= begin && end <= to) {
      yield { begin, end, isSelected: true };
    } else {
      const middle = begin + splitOf(end - begin);
      stack.push([middle, end], [begin, middle]);
    }
  }
}

/** What is wrong with ranges for a tree of `size` leaves; `undefined` when nothing is. */
export function rangesProblem(size: number, ranges: readonly LeafRange[]): string | undefined {
  let last = 0;
  for (const [begin, end] of ranges) {
    if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < last || end <= begin || end > size) {
      return `the leaves ${begin} to ${end} are outside a tree of ${size}, empty, or not in ascending order`;
    }
    last = end;
  }
  return undefined;
}
