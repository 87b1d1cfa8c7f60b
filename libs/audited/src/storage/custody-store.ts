import type { ChainId } from '../event/audit-record.js';
import type { RecordFilters } from './audit-query.js';

/** Whose personal parts, or which records'. Exactly one of the three is given. */
export type ErasureSelection =
  | { readonly actorId: string }
  /** Every personal part that holds this text anywhere as a value, not only as the actor's e-mail. */
  | { readonly email: string }
  /** Filters as for reading, without `limit` and `cursor`; at least one. */
  | { readonly query: RecordFilters };

/** How thoroughly to scrub. */
export interface ScrubOptions {
  /**
   * Rewrite also what is large, or in use by those who append, which may stop them for as long as that takes. Without it
   * only what is rewritten quickly is, and the answer names the rest.
   *
   * @default false
   */
  readonly rewriteAll?: boolean;
}

/** A record whose personal part matches. */
export interface PersonalMatch {
  readonly chain: ChainId;
  readonly position: number;
}

/**
 * Removes personal parts. The record, its seal and every proof over it stay as they are.
 *
 * Contract
 * - `match` finds only records that still have a personal part.
 * - `erase` removes the personal part, its salt, and the search columns that repeat personal facts, of exactly the given
 *   positions; in one transaction, durable when it resolves. It is the only way past the triggers that refuse UPDATE.
 * - `scrub` makes the database overwrite or give back the pages that still hold removed bytes; it may take long, and
 *   says what it could not reach.
 */
export abstract class ErasureStore {
  /** At most `limit` matches after `after`, ordered by chain and position. */
  abstract match(selection: ErasureSelection, limit: number, after?: PersonalMatch): Promise<readonly PersonalMatch[]>;

  /** @returns how many personal parts were removed; positions that have none count nothing */
  abstract erase(chain: ChainId, positions: readonly number[]): Promise<number>;

  /** @returns sentences on copies that the database may still hold: write-ahead logs, replicas, backups */
  abstract scrub(options?: ScrubOptions): Promise<readonly string[]>;
}

/** How far a removal is. */
export type RemovalProgress = (removedThrough: number) => void;

/**
 * Removes a prefix of a chain. Whoever calls has proved that it may go, and has sealed a statement that says so.
 *
 * Contract
 * - Records go from the front, in bounded transactions: whenever it stops, what is left is the chain from some position
 *   on, without a hole. It is the only way past the triggers that refuse DELETE.
 * - Calling it again goes on where it stopped.
 * - PostgreSQL drops partitions whole where every record in them may go.
 */
export abstract class RetentionStore {
  /** @returns how many records were removed */
  abstract removePrefix(chain: ChainId, through: number, onProgress?: RemovalProgress): Promise<number>;
}
