import type { ChainId, SealableEvent } from '../event/audit-record.js';

/** What the store needs of a sealable event. */
export type AppendableEvent = Pick<SealableEvent, 'body' | 'personal' | 'salt'>;

/** Where the appended events ended up: consecutive positions, in the order given. */
export interface AppendReceipt {
  readonly chain: ChainId;
  /** Position of the first of the appended events. */
  readonly firstPosition: number;
}

/**
 * The log, to write. One per application; the class is its own DI token.
 *
 * Contract
 * - `append` resolves only when every event is durable; when it rejects, none is.
 * - The store holds the chain's head while it seals: two concurrent appends to one chain, from any
 *   number of processes, never share a position, leave no gap, and their order is commit order.
 * - Bodies come back byte for byte as they were given.
 * - An id that is already stored is refused (the whole append rejects).
 * - A name that no chain may have is refused with `ChainInvalidError`.
 * - `open` and `close` are idempotent; `close` waits for what was accepted.
 */
export abstract class AuditStore {
  /** Opens the database, brings its schema up to date. Rejects with a message an operator can act on. */
  abstract open(): Promise<void>;

  /** Seals and stores the events at the end of `chain`, all or none. */
  abstract append(chain: ChainId, events: readonly AppendableEvent[]): Promise<AppendReceipt>;

  abstract close(): Promise<void>;
}
