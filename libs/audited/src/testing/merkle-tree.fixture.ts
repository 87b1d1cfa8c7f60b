import * as crypto from 'node:crypto';
import { EMPTY_ROOT, nodeHash, type Hash } from '../integrity/tree/merkle-hash.js';
import { tileWidth, type Tile, type TileCoordinates } from '../integrity/tree/tile.js';
import { TreeGrowth } from '../integrity/tree/tree-growth.js';

/** A record hash for a leaf, different for every index. */
export function anEntry(index: number): Uint8Array {
  return crypto.createHash('sha256').update(`entry ${index}`).digest();
}

export function hexOf(hash: Hash): string {
  return Buffer.from(hash).toString('hex');
}

/** MTH of RFC 6962, section 2.1, word by word: what every faster way must give. */
export function naiveRoot(leaves: readonly Hash[]): Hash {
  const [only = EMPTY_ROOT] = leaves;
  if (leaves.length < 2) {
    return only;
  }
  let split = 1;
  while (split * 2 < leaves.length) {
    split *= 2;
  }
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

/** Tiles in memory, kept as the tree's store keeps them: the widest of each place. */
export class TileShelf {
  private readonly tiles = new Map<string, Tile>();

  /** All tiles of the tree over {@link anEntry} 0 to `size - 1`. */
  static ofSize(size: number): TileShelf {
    const shelf = new TileShelf();
    const growth = TreeGrowth.empty();
    while (growth.size < size) {
      growth.append(anEntry(growth.size));
    }
    for (const tile of growth.takeChangedTiles()) {
      shelf.put(tile);
    }
    return shelf;
  }

  readonly read = (wanted: readonly TileCoordinates[]): Promise<readonly Tile[]> =>
    Promise.resolve(wanted.map((place) => this.tiles.get(keyOf(place))).filter((tile) => tile !== undefined));

  put(tile: Tile): void {
    this.tiles.set(keyOf(tile), tile);
  }

  /** Hashes that the tile of this place has; 0 when there is none. */
  widthOf(place: TileCoordinates): number {
    const tile = this.tiles.get(keyOf(place));
    return tile === undefined ? 0 : tileWidth(tile);
  }

  remove(place: TileCoordinates): void {
    this.tiles.delete(keyOf(place));
  }
}

function keyOf({ level, index }: TileCoordinates): string {
  return `${level}/${index}`;
}

/** The same bytes with one bit turned round. */
export function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = new Uint8Array(bytes);
  const at = Math.floor(bit / 8) % flipped.length;
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}
