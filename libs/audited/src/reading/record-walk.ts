import type { AuditRecord } from '../event/audit-record.js';
import { MAX_PAGE_RECORDS, type AuditPage, type AuditQuery } from '../storage/audit-query.js';
import type { ReadOptions } from '../storage/reading/read-options.js';
import type { ExportQuery } from '../storage/reading/record-flows.js';

/** Reads one page. */
export type PageRead = (query: AuditQuery, options: ReadOptions) => Promise<AuditPage>;

/**
 * Every record that matches, page by page: the next page is read when the one before was taken, so memory stays flat and a
 * slow reader slows nobody but himself. The time limit of the options is that of each page.
 */
export async function* walkRecords(
  find: PageRead,
  { limit = Number.POSITIVE_INFINITY, order = 'oldest', ...filters }: ExportQuery,
  options: ReadOptions,
): AsyncGenerator<AuditRecord, void, undefined> {
  let left = limit;
  let cursor: string | undefined;
  do {
    options.signal?.throwIfAborted();
    const page = await find(
      { ...filters, order, limit: Math.min(left, MAX_PAGE_RECORDS), ...(cursor === undefined ? {} : { cursor }) },
      options,
    );
    yield* page.records;
    left -= page.records.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
}
