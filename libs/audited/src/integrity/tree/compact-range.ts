import { EMPTY_ROOT, nodeHash, type Hash } from './merkle-hash.js';

/**
 * The leaves from `begin` (included) to `end` (excluded) of an RFC 6962 tree, kept as the fewest hashes of complete
 * subtrees: about log2 of their number. Appending a leaf costs a constant number of hashes on average.
 *
 * Leaves are numbered from 0: the record at position 1 is leaf 0.
 */
export class CompactRange {
  private constructor(
    readonly begin: number,
    private last: number,
    private readonly nodes: Hash[],
  ) {}

  /** A range without leaves that begins (and, for now, ends) at `begin`. */
  static empty(begin = 0): CompactRange {
    return new CompactRange(begin, begin, []);
  }

  /** A range whose subtree hashes are known, from left to right; see {@link subtreeSizes}. */
  static of(begin: number, end: number, hashes: readonly Hash[]): CompactRange {
    return new CompactRange(begin, end, [...hashes]);
  }

  /** The leaf after the last one. */
  get end(): number {
    return this.last;
  }

  /** Hashes of the complete subtrees, from left to right. */
  get hashes(): readonly Hash[] {
    return this.nodes;
  }

  /** Adds a leaf, given by its leaf hash. */
  append(leaf: Hash): void {
    this.push(leaf, this.last, 1);
  }

  /** Adds the leaves of the range that begins where this one ends. */
  join(next: CompactRange): void {
    if (next.begin !== this.last) {
      throw new RangeError(`a range from ${next.begin} cannot follow one that ends at ${this.last}`);
    }
    let first = next.begin;
    for (const [index, size] of subtreeSizes(next.begin, next.end).entries()) {
      this.push(next.nodes[index] ?? EMPTY_ROOT, first, size);
      first += size;
    }
  }

  copy(): CompactRange {
    return CompactRange.of(this.begin, this.last, this.nodes);
  }

  /** Root of the tree; only for a range that begins at 0. */
  root(): Hash {
    if (this.begin !== 0) {
      throw new RangeError(`only a range from 0 has a root; this one begins at ${this.begin}`);
    }
    return this.nodes.length === 0 ? EMPTY_ROOT : this.nodes.reduceRight((right, left) => nodeHash(left, right));
  }

  /** Adds a complete subtree and folds those that are complete with it. */
  private push(hash: Hash, first: number, size: number): void {
    let [node, start, width] = [hash, first, size];
    // A subtree is the right half of a complete one when its start is an odd multiple of its width.
    while ((start / width) % 2 === 1 && start - width >= this.begin) {
      const left = this.nodes.pop();
      if (left === undefined) {
        throw new RangeError(`the subtree before leaf ${start} is missing`);
      }
      node = nodeHash(left, node);
      start -= width;
      width *= 2;
    }
    this.nodes.push(node);
    this.last = first + size;
  }
}

/** Sizes of the complete subtrees that the leaves from `begin` to `end` (excluded) consist of, from left to right. */
export function subtreeSizes(begin: number, end: number): readonly number[] {
  const sizes: number[] = [];
  let start = begin;
  while (start < end) {
    let size = 1;
    while (start % (size * 2) === 0 && start + size * 2 <= end) {
      size *= 2;
    }
    sizes.push(size);
    start += size;
  }
  return sizes;
}
