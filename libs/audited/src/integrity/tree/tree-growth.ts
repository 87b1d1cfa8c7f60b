import { TreeIncompleteError } from '../../event/proof.error.js';
import { GrowingTile } from './growing-tile.js';
import { EMPTY_ROOT, HASH_BYTES, leafHash, nodeHash, type Hash } from './merkle-hash.js';
import { TILE_WIDTH, type ReadTiles, type Tile, type TileCoordinates } from './tile.js';

/**
 * The right edge of a tree, to which leaves are added: two hashes for each on average, and 8 KB for each level of tiles.
 * Tiles that changed are kept until they are taken: 32 bytes a leaf.
 */
export class TreeGrowth {
  private finished: Tile[] = [];

  private constructor(
    private leaves: number,
    private readonly edge: GrowingTile[],
  ) {}

  /** A tree without a leaf. */
  static empty(): TreeGrowth {
    return new TreeGrowth(0, []);
  }

  /**
   * Goes on with the stored tree of `size` leaves. Tiles that grew beyond this size are read as far as it goes.
   *
   * @throws TreeIncompleteError when a tile at the edge is missing or too narrow
   */
  static async load(size: number, read: ReadTiles): Promise<TreeGrowth> {
    const wanted: (TileCoordinates & { readonly bytes: number })[] = [];
    for (let [level, width] = [0, size]; width > 0; level++) {
      wanted.push({ level, index: Math.floor(width / TILE_WIDTH), bytes: (width % TILE_WIDTH) * HASH_BYTES });
      width = Math.floor(width / TILE_WIDTH);
    }
    const partial = wanted.filter(({ bytes }) => bytes > 0);
    const stored = partial.length === 0 ? [] : await read(partial.map(({ level, index }) => ({ level, index })));
    const edge = wanted.map(({ level, index, bytes }) => {
      const hashes = stored.find((tile) => tile.level === level && tile.index === index)?.hashes ?? new Uint8Array();
      if (hashes.length < bytes) {
        throw new TreeIncompleteError(size, level, index);
      }
      return new GrowingTile({ level, index }, hashes.subarray(0, bytes));
    });
    return new TreeGrowth(size, edge);
  }

  /** Leaves of the tree: how many records it covers. */
  get size(): number {
    return this.leaves;
  }

  /**
   * Adds the next record.
   *
   * @param entry its hash, as 32 bytes
   */
  append(entry: Uint8Array): void {
    this.put(0, leafHash(entry));
    this.leaves++;
  }

  /** RFC 6962 root of the tree as it is now. */
  root(): Hash {
    const nodes = this.edge.toReversed().flatMap(({ nodes: ofLevel }) => ofLevel);
    return nodes.length === 0 ? EMPTY_ROOT : nodes.reduceRight((right, left) => nodeHash(left, right));
  }

  /** The tiles that are new or wider since the last call (or since loading), partial ones at the edge included. */
  takeChangedTiles(): readonly Tile[] {
    const tiles = [
      ...this.finished,
      ...this.edge.map((tile) => tile.takeChanged()).filter((tile) => tile !== undefined),
    ];
    this.finished = [];
    return tiles;
  }

  private put(level: number, hash: Hash): void {
    const tile = (this.edge[level] ??= new GrowingTile({ level, index: 0 }));
    tile.append(hash);
    if (!tile.isFull) {
      return;
    }
    const [root = EMPTY_ROOT] = tile.nodes;
    const finished = tile.takeChanged();
    if (finished !== undefined) {
      this.finished.push(finished);
    }
    this.edge[level] = new GrowingTile({ level, index: tile.index + 1 });
    // The root of a full tile is a hash of the level above.
    this.put(level + 1, root);
  }
}
