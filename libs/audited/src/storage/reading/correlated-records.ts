import { QueryInvalidError } from '../../event/audit.error.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { MAX_PAGE_RECORDS } from '../audit-query.js';
import type { AuditReader } from '../audit-reader.js';
import type { ReadOptions } from './read-options.js';

/** Most records that are given at once because they belong together. */
export const MAX_CORRELATED_RECORDS = 10_000;

/**
 * Everything that belongs together under a correlation id, in the order in which it was recorded.
 *
 * @throws QueryInvalidError when it is more than {@link MAX_CORRELATED_RECORDS}
 */
export async function correlatedRecords(
  reader: Pick<AuditReader, 'find'>,
  correlationId: string,
  options: ReadOptions,
): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  let cursor: string | undefined;
  do {
    const query = { correlationId, order: 'oldest', limit: MAX_PAGE_RECORDS } as const;
    const page = await reader.find(cursor === undefined ? query : { ...query, cursor }, options);
    records.push(...page.records);
    cursor = page.next;
    if (cursor !== undefined && records.length >= MAX_CORRELATED_RECORDS) {
      throw new QueryInvalidError(
        'correlationId',
        `has more than ${MAX_CORRELATED_RECORDS} records`,
        'Read them in pages: find({ correlationId, order: "oldest" }).',
      );
    }
  } while (cursor !== undefined);
  return records;
}
