import { PositionsInvalidError } from '../event/proof.error.js';

/** Positions from the first to the second number, both included. */
export type PositionSpan = readonly [from: number, through: number];

/**
 * Positions as a short text: `1-5,9,12-40`; empty when there are none. Neighbours are joined.
 *
 * @param positions ascending; one that is given twice counts once
 */
export function formatRanges(positions: Iterable<number>): string {
  const set = new PositionSet();
  for (const position of positions) {
    set.add(position, position);
  }
  return formatSpans(set.ranges());
}

/** The same for ranges that are known already. */
export function formatSpans(spans: readonly PositionSpan[]): string {
  return spans.map(([from, through]) => (from === through ? String(from) : `${from}-${through}`)).join(',');
}

const RANGE = /^([1-9]\d{0,15})(?:-([1-9]\d{0,15}))?$/;

/**
 * Reads what {@link formatRanges} wrote.
 *
 * @returns ascending, without overlap
 * @throws PositionsInvalidError for anything else
 */
export function parseRanges(text: string): readonly [from: number, through: number][] {
  if (typeof text !== 'string') {
    throw new PositionsInvalidError('is no text');
  }
  if (text === '') {
    return [];
  }
  let last = 0;
  return text.split(',').map((part) => {
    const [, from = '', through = from] = RANGE.exec(part) ?? [];
    const span: [number, number] = [Number(from), Number(through)];
    // Number('') is 0, which is behind every position.
    if (span[0] <= last || span[1] < span[0] || !Number.isSafeInteger(span[1])) {
      throw new PositionsInvalidError(`has the entry ${JSON.stringify(part.slice(0, 40))}`);
    }
    last = span[1];
    return span;
  });
}

/** A set of positions that keeps neighbours as one range: small where positions stand together. */
export class PositionSet {
  private readonly spans: [from: number, through: number][] = [];
  private count = 0;

  /** The set of what {@link parseRanges} reads. */
  static parse(text: string): PositionSet {
    const set = new PositionSet();
    for (const [from, through] of parseRanges(text)) {
      set.add(from, through);
    }
    return set;
  }

  /** How many positions are in the set. */
  get size(): number {
    return this.count;
  }

  /** Adds the positions from `from` to `through`, both included; cheap at the end, dearer in the middle. */
  add(from: number, through: number): void {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(through) || from < 1 || through < from) {
      throw new RangeError(`no range of positions: ${from}-${through}`);
    }
    const first = this.indexAt(from - 1);
    let [begin, end, next] = [from, through, first];
    for (let span = this.spans[next]; span !== undefined && span[0] <= through + 1; span = this.spans[++next]) {
      begin = Math.min(begin, span[0]);
      end = Math.max(end, span[1]);
      this.count -= span[1] - span[0] + 1;
    }
    this.spans.splice(first, next - first, [begin, end]);
    this.count += end - begin + 1;
  }

  has(position: number): boolean {
    const span = this.spans[this.indexAt(position)];
    return span !== undefined && span[0] <= position;
  }

  /** Ascending, without overlap, and not adjacent. */
  ranges(): readonly PositionSpan[] {
    return this.spans;
  }

  /** Index of the first range that ends at `position` or later. */
  private indexAt(position: number): number {
    const last = this.spans.at(-1);
    if (last === undefined || last[1] < position) {
      return this.spans.length;
    }
    let [low, high] = [0, this.spans.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.spans[middle]?.[1] ?? 0) < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
