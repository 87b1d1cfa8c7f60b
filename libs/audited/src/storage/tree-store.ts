import type { ChainId } from '../event/audit-record.js';
import type { Tile, TileCoordinates } from '../integrity/tree/tile.js';

/** A checkpoint as it is kept. */
export interface StoredCheckpoint {
  readonly chain: ChainId;
  /** How many records it covers: positions 1 to `size`. */
  readonly size: number;
  /** Hex SHA-256: the root of the tree over these records. */
  readonly root: string;
  /** ISO 8601, UTC. */
  readonly signedAt: string;
  /** The C2SP signed note, signatures included. */
  readonly note: string;
}

/**
 * The Merkle tree over the records of each chain, and the checkpoints that were signed over it.
 *
 * Contract
 * - Tiles are derived and can be made again from the records, as long as those are there; so a tile is replaced by a
 *   wider one of the same place, never by a narrower one, and several processes may grow one tree.
 * - `save` is durable when it resolves, all or nothing. A checkpoint of a size that is stored already is kept beside it
 *   when its note differs (another key, a later time).
 */
export abstract class TreeStore {
  /**
   * Hashes of the records (not yet leaf hashes) at `from` and the positions after it, 32 bytes each.
   *
   * @returns fewer than `maxCount` at the end of the chain, or before a position where nothing stands
   */
  abstract recordHashes(chain: ChainId, from: number, maxCount: number): Promise<Uint8Array>;

  /** Those of the wanted tiles that are stored, in any order. */
  abstract tiles(chain: ChainId, wanted: readonly TileCoordinates[]): Promise<readonly Tile[]>;

  abstract save(chain: ChainId, tiles: readonly Tile[], checkpoint?: StoredCheckpoint): Promise<void>;
}

/** Which checkpoints to read, the largest size first, of one size the newest first. */
export interface CheckpointQuery {
  readonly chain?: ChainId;
  /** Only those that cover at least so many records. */
  readonly minSize?: number;
  /** Only those that cover at most so many records. */
  readonly maxSize?: number;
  /** @default 100 */
  readonly limit?: number;
}

/** Reads what was signed. Its own port, because whoever only reads needs nothing else. */
export abstract class CheckpointReader {
  abstract checkpoints(query?: CheckpointQuery): Promise<readonly StoredCheckpoint[]>;
}
