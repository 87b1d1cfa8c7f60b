import type { AuditRecord } from '../event/audit-record.js';
import type { AuditPage, AuditQuery } from '../storage/audit-query.js';
import type { ReadOptions } from '../storage/reading/read-options.js';
import type { ExportQuery } from '../storage/reading/record-flows.js';

/** Reads one page. */
export type PageRead = (query: AuditQuery, options: ReadOptions) => Promise<AuditPage>;

/** While one page is looked at, the next one is on its way: small ones keep memory flat, and cost hardly more. */
const PAGE_RECORDS = 250;

/**
 * Every record that matches, page by page. The next page is read while the one before is taken, and no further, so memory
 * stays flat and a slow reader slows nobody but himself. The time limit of the options is that of each page.
 */
export async function* walkRecords(
  find: PageRead,
  { limit = Number.POSITIVE_INFINITY, order = 'oldest', ...filters }: ExportQuery,
  options: ReadOptions,
): AsyncGenerator<AuditRecord, void, undefined> {
  const read = (left: number, cursor?: string): Promise<AuditPage> =>
    find(
      { ...filters, order, limit: Math.min(left, PAGE_RECORDS), ...(cursor === undefined ? {} : { cursor }) },
      options,
    );
  options.signal?.throwIfAborted();
  let left = limit;
  let coming: Promise<AuditPage> | undefined = read(left);
  while (coming !== undefined) {
    const { records, next }: AuditPage = await coming;
    options.signal?.throwIfAborted();
    left -= records.length;
    coming = next === undefined || left <= 0 ? undefined : read(left, next);
    // Told when its turn comes; whoever has had enough before does not want to know.
    coming?.catch(() => undefined);
    yield* records;
  }
}
