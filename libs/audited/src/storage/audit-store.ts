import type { ChainId, SealableEvent } from '../event/audit-record.js';

/** What the store needs of a sealable event. */
export type AppendableEvent = Pick<SealableEvent, 'body' | 'personal' | 'salt'>;

/** Where the appended events ended up: consecutive positions, in the order given. */
export interface AppendReceipt {
  readonly chain: ChainId;
  /** Position of the first of the appended events. */
  readonly firstPosition: number;
}

/** What became of events that may have been appended before. */
export interface ReplayReceipt {
  readonly chain: ChainId;
  /** How many were not stored yet, and are now. The others were there already. */
  readonly appended: number;
}

/**
 * The log, to write. One per application; the class is its own DI token.
 *
 * Contract
 * - `append` resolves only when every event is durable; when it rejects, none is.
 * - The store holds the chain's head while it seals: two concurrent appends to one chain, from any
 *   number of processes, never share a position, leave no gap, and their order is commit order.
 * - Bodies come back byte for byte as they were given.
 * - An id that is already stored is refused (the whole append rejects with `EventRefusedError`).
 * - `appendMissing` looks for known ids while it holds the head, so an append that was given up and still
 *   under way is waited for, and nothing is ever stored twice.
 * - What went wrong is told apart: `StoreUnavailableError` means that the same append may succeed later,
 *   `EventRefusedError` that this database will never take one of these events as they are.
 * - A name that no chain may have is refused with `ChainInvalidError`.
 * - `open` and `close` are idempotent; `close` waits for what was accepted.
 */
export abstract class AuditStore {
  /** Opens the database, brings its schema up to date. Rejects with a message an operator can act on. */
  abstract open(): Promise<void>;

  /** Seals and stores the events at the end of `chain`, all or none. */
  abstract append(chain: ChainId, events: readonly AppendableEvent[]): Promise<AppendReceipt>;

  /**
   * Seals and stores, in the order given, those of the events whose ids are not stored yet in any chain; all of those
   * or none. For events that were sent before and may have arrived: a spool's, an inbox's.
   */
  abstract appendMissing(chain: ChainId, events: readonly AppendableEvent[]): Promise<ReplayReceipt>;

  abstract close(): Promise<void>;
}
