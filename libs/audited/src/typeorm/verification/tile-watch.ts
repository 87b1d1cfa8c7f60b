import type { IntegrityFault } from '../../integrity/integrity-fault.js';
import { leafHash } from '../../integrity/tree/merkle-hash.js';
import { hashInTile, TILE_WIDTH, type Tile } from '../../integrity/tree/tile.js';
import { recordsOf } from '../../integrity/verifying/sound-run.js';
import type { TreeStore } from '../../storage/tree-store.js';
import type { SiftedPart } from './record-sifter.js';

/** Tiles that are read at a time: 8 KB each. */
const TILES_PER_READ = 32;
/** So many differences are remembered. */
const MAX_DIFFERENCES = 1000;
const HASH_HEX = /^[0-9a-f]{64}$/;

/** Neighbouring records whose leaves in the stored tree are others. */
interface Difference {
  readonly from: number;
  through: number;
}

/**
 * Compares the leaves of the stored tree with the records, as they come by. Proofs are made from the stored tree: where
 * it was changed, or damaged, they would not verify.
 */
export class TileWatch {
  private tiles: ReadonlyMap<number, Tile> = new Map();
  private readThrough = -1;
  /** False once the stored tree has ended: it may lag behind the records. */
  private isThere = true;
  private readonly differences: Difference[] = [];

  constructor(
    private readonly chain: string,
    private readonly store: Pick<TreeStore, 'tiles'>,
  ) {}

  async look(parts: readonly SiftedPart[]): Promise<void> {
    for (const part of parts) {
      for (const { position, hash } of placesIn(part)) {
        const index = Math.floor((position - 1) / TILE_WIDTH);
        if (index > this.readThrough && this.isThere) {
          await this.read(index);
        }
        this.compare(position, hash, this.tiles.get(index));
      }
    }
  }

  /** What was found; says something only about a chain whose records are beyond doubt. */
  *faults(): Generator<IntegrityFault> {
    for (const { from, through } of this.differences) {
      const what = from === through ? `the record at position ${from} is` : `the records at ${from} to ${through} are`;
      const message =
        `${what} not what the stored tree has there: the tree was changed or damaged, and proofs made from it would not ` +
        'verify. Remove its tiles; the next checkpoint makes them again from the records';
      yield { kind: 'tree', chain: this.chain, position: from, ...(through > from && { through }), message };
    }
  }

  private compare(position: number, hash: string, tile: Tile | undefined): void {
    const stored = tile && hashInTile(tile, (position - 1) % TILE_WIDTH);
    if (stored === undefined || Buffer.compare(stored, leafHash(Buffer.from(hash, 'hex'))) === 0) {
      return;
    }
    const last = this.differences.at(-1);
    if (last?.through === position - 1) {
      last.through = position;
    } else if (this.differences.length < MAX_DIFFERENCES) {
      this.differences.push({ from: position, through: position });
    }
  }

  private async read(index: number): Promise<void> {
    const wanted = Array.from({ length: TILES_PER_READ }, (_, place) => ({ level: 0, index: index + place }));
    const tiles = await this.store.tiles(this.chain, wanted);
    this.tiles = new Map(tiles.map((tile) => [tile.index, tile]));
    this.readThrough = index + TILES_PER_READ - 1;
    this.isThere = tiles.length > 0;
  }
}

/** Where records stand that are good as far as is known here. */
function* placesIn(part: SiftedPart): Generator<{ readonly position: number; readonly hash: string }> {
  if ('run' in part) {
    for (const { seal } of recordsOf(part.run)) {
      yield seal;
    }
  } else if ('sound' in part) {
    yield part.sound.seal;
  } else if (Number.isSafeInteger(part.row.position) && part.row.position > 0 && HASH_HEX.test(part.row.hash)) {
    yield part.row;
  }
}
