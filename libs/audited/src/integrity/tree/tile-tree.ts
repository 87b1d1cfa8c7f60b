import { ProofMalformedError } from '../../event/proof.error.js';
import { CompactRange } from './compact-range.js';
import { EMPTY_ROOT, type Hash } from './merkle-hash.js';
import { rangesProblem, sliceParts, type LeafRange } from './slice-parts.js';
import type { ReadTiles } from './tile.js';
import { TileReader } from './tile-reader.js';
import { splitOf } from './tree-split.js';

/** Subtrees whose hashes are read at a time: bounds the tiles in memory to about 4 MB. */
const PARTS_AT_A_TIME = 512;

/**
 * The tree of one size, read from its tiles: roots and proofs, without the records. Nothing is checked against anything;
 * whoever receives a proof verifies it.
 *
 * Tiles may be wider than the tree: they grew since. Every method rejects with `TreeIncompleteError` when a tile is
 * missing or too narrow, and with what `read` rejects with.
 */
export class TileTree {
  private readonly reader: TileReader;

  /** @throws ProofMalformedError when `size` is no number of leaves */
  constructor(
    readonly size: number,
    read: ReadTiles,
  ) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ProofMalformedError(`${size} is no tree size`);
    }
    this.reader = new TileReader(size, read);
  }

  /** RFC 6962 root of the tree. */
  async root(): Promise<Hash> {
    const [root = EMPTY_ROOT] = this.size === 0 ? [] : await this.reader.hashesOf([[0, this.size]]);
    return root;
  }

  /** The whole tree as the fewest subtrees: what a verifier goes on from when it does not have the records. */
  async frontier(): Promise<CompactRange> {
    return CompactRange.of(0, this.size, await this.reader.completeHashesOf(0, this.size));
  }

  /**
   * Inclusion proof of a leaf: RFC 6962 section 2.1.1.
   *
   * @param index of the leaf, from 0
   */
  async inclusionProof(index: number): Promise<readonly Hash[]> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) {
      throw new ProofMalformedError(`leaf ${index} is outside a tree of ${this.size}`);
    }
    const siblings: LeafRange[] = [];
    let [begin, end] = [0, this.size];
    while (end - begin > 1) {
      const middle = begin + splitOf(end - begin);
      siblings.push(index < middle ? [middle, end] : [begin, middle]);
      [begin, end] = index < middle ? [begin, middle] : [middle, end];
    }
    return this.reader.hashesOf(siblings.reverse());
  }

  /** Proof that this tree continues the one of `fromSize`: RFC 6962 section 2.1.2. Empty for 0 and for its own size. */
  async consistencyProof(fromSize: number): Promise<readonly Hash[]> {
    if (!Number.isSafeInteger(fromSize) || fromSize < 0 || fromSize > this.size) {
      throw new ProofMalformedError(`a tree of ${this.size} does not continue one of ${fromSize}`);
    }
    if (fromSize === 0 || fromSize === this.size) {
      return [];
    }
    const parts: LeafRange[] = [];
    let [begin, end] = [0, this.size];
    while (end !== fromSize) {
      const middle = begin + splitOf(end - begin);
      parts.push(fromSize <= middle ? [middle, end] : [begin, middle]);
      [begin, end] = fromSize <= middle ? [begin, middle] : [middle, end];
    }
    // A smaller tree that is a subtree of this one from leaf 0 on is known to whoever verifies.
    return this.reader.hashesOf((begin === 0 ? parts : [...parts, [begin, end] as const]).reverse());
  }

  /**
   * Hashes of the subtrees that hold none of the selected leaves, from left to right: with these and the leaves,
   * `sliceRoot` makes the root. About log2(size) hashes for one run of leaves.
   *
   * @param ranges half-open ranges of leaf indexes, ascending, without overlap
   */
  async *sliceProof(ranges: readonly LeafRange[]): AsyncGenerator<Hash, void> {
    const problem = rangesProblem(this.size, ranges);
    if (problem !== undefined) {
      throw new ProofMalformedError(problem);
    }
    let batch: LeafRange[] = [];
    for (const { begin, end, isSelected } of sliceParts(this.size, ranges)) {
      if (isSelected) {
        continue;
      }
      batch.push([begin, end]);
      if (batch.length === PARTS_AT_A_TIME) {
        yield* await this.reader.hashesOf(batch);
        batch = [];
      }
    }
    yield* await this.reader.hashesOf(batch);
  }
}
