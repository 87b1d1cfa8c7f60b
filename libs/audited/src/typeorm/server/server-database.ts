import type { ChainHead, ChainId } from '../../event/audit-record.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import type { QuickRow } from '../verification/quick-check.js';
import type { SealedBatch } from './sealed-batch.js';
import type { ServerDialect, SqlValue } from './server-dialect.js';

/** Columns as a server's driver gives them; numbers may be texts. */
export type RawRow = Readonly<Record<string, string | number | null>>;

/** Runs one statement that reads. */
export type RunQuery = (sql: string, values?: readonly SqlValue[]) => Promise<readonly RawRow[]>;

/** One open transaction that holds the head of a chain: nobody else can seal on it. */
export interface HeldHead {
  /** Position 0 and the genesis hash when the chain has no record yet. */
  readonly head: ChainHead;
  /** Which of the ids are stored already, in any chain. */
  knownIds(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Inserts the batch and moves the head to its end. */
  store(batch: SealedBatch): Promise<void>;
}

/** Rows that are read to be checked quickly, in their order. */
export interface QuickBatch {
  readonly rows: readonly QuickRow[];
  /** The rows of the batch from a place on, whole. */
  readonly wholeFrom: (place: number) => Promise<readonly AuditRecordRow[]>;
}

/** One consistent moment of the log. */
export interface Snapshot {
  readonly query: RunQuery;
  /** The same records as `recordBatches` gives, to be checked quickly; absent where the server cannot list columns. */
  quickBatches?(chain: string): AsyncIterable<QuickBatch>;
  /** Every record of a chain, ordered by position, then sequence; some hundred at a time, so that memory stays flat. */
  recordBatches(chain: string): AsyncIterable<readonly AuditRecordRow[]>;
}

/**
 * One database on a server, as the store above it needs it. Every method rejects with an `AuditError`:
 * `StoreUnavailableError` when the same call may succeed later, `EventRefusedError` when it never will, and every
 * wait has a limit.
 */
export interface ServerDatabase {
  readonly dialect: ServerDialect;
  /** Connects, brings the schema up to date, checks the rights. When it rejects, nothing is left open. */
  open(): Promise<void>;
  /** Ends the connections; bounded, also when the server does not answer. */
  close(): Promise<void>;
  /**
   * Stores the batch in one round trip if the chain still ends at `head`; resolves with false when it does not, and
   * has stored nothing then. Absent where the server has no such statement.
   */
  readonly appendAt?: (head: ChainHead, batch: SealedBatch) => Promise<boolean>;
  /** Locks the head, does the work, commits what it stored; rolls back when it stored nothing or rejected. */
  withHead<Result>(chain: ChainId, work: (held: HeldHead) => Promise<Result>): Promise<Result>;
  /** One statement that reads; a consistent moment by itself. */
  readonly query: RunQuery;
  /**
   * Several statements that read one consistent moment. Never waits for writers, never makes them wait.
   *
   * @param limitMs the server gives up a statement after so long, if that is shorter than what it is set to
   */
  snapshot<Result>(work: (snapshot: Snapshot) => Promise<Result>, limitMs?: number): Promise<Result>;
}
