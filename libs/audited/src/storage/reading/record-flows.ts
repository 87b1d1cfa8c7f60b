import type { AuditRecord } from '../../event/audit-record.js';
import type { AuditQuery } from '../audit-query.js';
import type { ReadOptions } from './read-options.js';

/** What an export may ask for: an {@link AuditQuery} whose `limit` has no bound but the caller's. */
export type ExportQuery = Omit<AuditQuery, 'cursor' | 'offset' | 'total'>;

/** What a live tail may ask for: filters, without a page, a time range or an order. */
export type TailQuery = Omit<AuditQuery, 'cursor' | 'offset' | 'total' | 'limit' | 'order' | 'from' | 'to'>;

/** How a live tail is read. */
export interface TailOptions extends Omit<ReadOptions, 'timeLimitMs'> {
  /**
   * Id of an event: goes on right behind its record. In a log of several chains, what stands in the others at about the
   * same time may be told again.
   *
   * @default begins now
   */
  readonly after?: string;
}

/** Records one by one: to the end of what matches, or as long as anybody listens. Memory stays flat in both. */
export interface RecordFlows {
  /**
   * Everything that matches, the oldest first unless the query says otherwise.
   *
   * @throws QueryInvalidError, QueryTooSlowError, StoreUnavailableError, while it is read
   */
  walk(query?: ExportQuery, options?: ReadOptions): AsyncGenerator<AuditRecord, void, undefined>;

  /**
   * What is recorded from now on, in the order of each chain. Ends when `signal` is aborted.
   *
   * @returns when it is known where it begins
   * @throws QueryInvalidError for a filter, or for an id that no visible record has; StoreUnavailableError
   */
  tail(query?: TailQuery, options?: TailOptions): Promise<AsyncGenerator<AuditRecord, void, undefined>>;
}
