import { CompactRange } from './compact-range.js';
import { HASH_BYTES, type Hash } from './merkle-hash.js';
import { TILE_WIDTH, type Tile, type TileCoordinates } from './tile.js';

/** The tile at the right edge of one level, while the tree grows. */
export class GrowingTile {
  private readonly hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES);
  private readonly range = CompactRange.empty();
  private isChanged = false;

  /** @param known hashes that it has already */
  constructor(
    private readonly place: TileCoordinates,
    known: Uint8Array = new Uint8Array(),
  ) {
    for (let begin = 0; begin < known.length; begin += HASH_BYTES) {
      this.append(known.subarray(begin, begin + HASH_BYTES));
    }
    this.isChanged = false;
  }

  get index(): number {
    return this.place.index;
  }

  get isFull(): boolean {
    return this.range.end === TILE_WIDTH;
  }

  /** Hashes of the complete subtrees in it, from left to right; one for a full tile. */
  get nodes(): readonly Hash[] {
    return this.range.hashes;
  }

  append(hash: Hash): void {
    this.hashes.set(hash, this.range.end * HASH_BYTES);
    this.range.append(hash);
    this.isChanged = true;
  }

  /** A copy of it, if it changed since the last call. */
  takeChanged(): Tile | undefined {
    if (!this.isChanged) {
      return undefined;
    }
    this.isChanged = false;
    return { ...this.place, hashes: this.hashes.slice(0, this.range.end * HASH_BYTES) };
  }
}
