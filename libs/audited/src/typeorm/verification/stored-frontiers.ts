import { TreeIncompleteError } from '../../event/proof.error.js';
import type { CompactRange } from '../../integrity/tree/compact-range.js';
import { TileTree } from '../../integrity/tree/tile-tree.js';
import type { TreeStore } from '../../storage/tree-store.js';

/** So many trees are loaded for one chain: whoever made a thousand holes in it has other faults to explain. */
const MOST_LOADED = 1000;

/**
 * The stored tree of a chain at the places where the verifier cannot compute it, because records are missing before them.
 * Which places these are shows only while the chain is read: what was asked for and not there is remembered, and the
 * chain is read once more.
 */
export class StoredFrontiers {
  private readonly loaded = new Map<number, CompactRange | undefined>();
  private readonly missed = new Set<number>();

  constructor(
    private readonly chain: string,
    private readonly store: Pick<TreeStore, 'tiles'>,
  ) {}

  /** The tree over the first `size` records; `undefined` where the store does not have it, or it is not loaded. */
  get(size: number): CompactRange | undefined {
    if (!this.loaded.has(size)) {
      this.missed.add(size);
    }
    return this.loaded.get(size);
  }

  /**
   * Loads what was asked for in vain.
   *
   * @returns whether there was anything that the store has
   */
  async loadMissed(): Promise<boolean> {
    const sizes = [...this.missed].slice(0, Math.max(0, MOST_LOADED - this.loaded.size));
    this.missed.clear();
    let found = false;
    for (const size of sizes) {
      const tree = await this.treeOf(size);
      this.loaded.set(size, tree);
      found ||= tree !== undefined;
    }
    return found;
  }

  private async treeOf(size: number): Promise<CompactRange | undefined> {
    if (size <= 0 || !Number.isSafeInteger(size)) {
      return undefined;
    }
    try {
      return await new TileTree(size, (wanted) => this.store.tiles(this.chain, wanted)).frontier();
    } catch (error) {
      if (error instanceof TreeIncompleteError) {
        // The verifier says which checkpoint needs it.
        return undefined;
      }
      throw error;
    }
  }
}
