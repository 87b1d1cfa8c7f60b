import type { ChainId } from '../event/audit-record.js';
import type { AppendableEvent } from './audit-store.js';

/** An event that waits in an inbox for its place in the chain. */
export interface InboxEntry {
  readonly chain: ChainId;
  readonly event: AppendableEvent;
}

/**
 * How a transaction ended. `unknown`: the commit failed in a way that does not tell (a connection that broke while it was
 * under way); the event exists if the business change does.
 */
export type TransactionOutcome = 'committed' | 'rolled-back' | 'unknown';

/**
 * A table in the application's own database that takes events within the application's transactions: an event is
 * in it if and only if the transaction committed. A sequencer moves the events into their chains.
 *
 * Contract
 * - `write` uses only the connection of the given transaction, never another one of a pool.
 * - `drain` gives committed events to `move`, oldest first, and removes them only after `move` resolved. When the
 *   process dies between the two, the same events are given again: `move` has to be idempotent
 *   (`AuditStore.appendMissing`).
 * - Order is kept, however many processes drain one inbox: an event whose transaction began after another one had
 *   committed comes after that one's.
 * - What `move` answers with was refused for good: it stays in the inbox, and is not given again until the inbox is opened
 *   anew. Nothing waits behind it.
 * - No call waits for a database for ever.
 */
export abstract class AuditInbox {
  /** Creates the table where it is missing. Rejects with a message an operator can act on. */
  abstract open(): Promise<void>;

  /**
   * Writes within a transaction.
   *
   * @param transaction TypeORM's `EntityManager` of an open transaction; unknown here, because this room knows no ORM
   * @param whenEnded told once, when it is certain (or will never be) what became of the events: when the outermost
   * transaction has ended, or a savepoint that they were written after was rolled back. Must not throw
   * @throws TransactionMissingError when it is none, or none is open; InboxMissingError when its database has no inbox
   */
  abstract write(
    transaction: unknown,
    entries: readonly InboxEntry[],
    whenEnded?: (outcome: TransactionOutcome) => void,
  ): Promise<void>;

  /**
   * Moves what is committed.
   *
   * @param move resolves when all entries are stored, except those that it answers with: the store will never take them
   * @returns how many events were moved; 0 when the inbox is empty, or busy: another process drains it, say
   */
  abstract drain(
    maxEvents: number,
    move: (entries: readonly InboxEntry[]) => Promise<readonly InboxEntry[]>,
  ): Promise<number>;

  /** Gives up its connection; a drain under way is given up too, and done again by the next one. */
  abstract close(): Promise<void>;
}
