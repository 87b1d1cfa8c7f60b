import type { ChainId } from '../../event/audit-record.js';
import { TILE_WIDTH, tileWidth } from '../../integrity/tree/tile.js';
import type { TreeStore } from '../../storage/tree-store.js';

/** Tiles that one question asks for: four questions find the end of a tree of ten million records. */
const PROBES = 16;

/**
 * How many records the stored tree of a chain covers, found by its lowest tiles. For a log without checkpoints; in one
 * with them, the last checkpoint says it.
 *
 * @param most no more than so many: the end of the chain
 */
export async function storedSize(store: TreeStore, chain: ChainId, most: number): Promise<number> {
  // The tiles before `present` are there, those from `absent` on are not.
  let [present, absent] = [0, Math.ceil(most / TILE_WIDTH)];
  let size = 0;
  while (present < absent) {
    const step = Math.max(1, Math.floor((absent - present) / PROBES));
    const wanted: number[] = [];
    for (let index = present; index < absent; index += step) {
      wanted.push(index);
    }
    const tiles = await store.tiles(
      chain,
      wanted.map((index) => ({ level: 0, index })),
    );
    const last = tiles.reduce<(typeof tiles)[number] | undefined>(
      (highest, tile) => (highest === undefined || tile.index > highest.index ? tile : highest),
      undefined,
    );
    if (last === undefined) {
      return size;
    }
    size = Math.min(most, last.index * TILE_WIDTH + tileWidth(last));
    present = last.index + 1;
    absent = Math.min(absent, last.index + step);
  }
  return size;
}
