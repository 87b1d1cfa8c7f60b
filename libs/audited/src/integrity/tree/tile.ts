import { HASH_BYTES, type Hash } from './merkle-hash.js';

/** Levels of the tree that one tile covers (C2SP tlog-tiles). */
export const TILE_HEIGHT = 8;
/** Hashes in a complete tile. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

/** Where a tile stands: its hashes are those of the nodes `index * 256` and on at tree level `level * 8`. */
export interface TileCoordinates {
  /** 0 holds the leaf hashes; n holds the roots of the complete tiles of n - 1. */
  readonly level: number;
  readonly index: number;
}

/** 1 to 256 neighbouring hashes of one tree level; fewer than 256 at the right edge of the tree. */
export interface Tile extends TileCoordinates {
  /** 32 bytes each, from left to right. */
  readonly hashes: Uint8Array;
}

/** Reads tiles of one tree. Those that are not stored are left out of the answer. */
export type ReadTiles = (wanted: readonly TileCoordinates[]) => Promise<readonly Tile[]>;

/** How many hashes a tile holds. */
export function tileWidth({ hashes }: Tile): number {
  return hashes.length / HASH_BYTES;
}

/** The hash at a place of a tile; `undefined` beyond its width. */
export function hashInTile({ hashes }: Tile, place: number): Hash | undefined {
  const begin = place * HASH_BYTES;
  return begin + HASH_BYTES > hashes.length ? undefined : hashes.subarray(begin, begin + HASH_BYTES);
}
