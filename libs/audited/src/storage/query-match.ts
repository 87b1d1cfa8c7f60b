import type { AuditEvent } from '../event/audit-event.js';
import type { ChainId } from '../event/audit-record.js';
import { checkQuery, type AuditQuery } from './audit-query.js';
import { RECORD_COLUMNS, type ColumnValue } from './record-columns.js';

/** Which records are meant, without saying how many at a time. All filters that are given must match. */
export type RecordFilters = Omit<AuditQuery, 'limit' | 'cursor'>;

type ColumnReader = (event: AuditEvent, personal: undefined) => ColumnValue;

/**
 * Says of an event that no database looks at what a query says of a record.
 *
 * @throws QueryInvalidError when a filter is unknown or malformed
 */
export function queryMatcher(query: RecordFilters): (chain: ChainId | undefined, event: AuditEvent) => boolean {
  const { equals, from, to } = checkQuery(query);
  const readers: Readonly<Record<string, ColumnReader>> = RECORD_COLUMNS;
  return (chain, event) =>
    equals.every(([column, value]) =>
      // A chain that is not known may be the one.
      column === 'chain' ? (chain ?? value) === value : readers[column]?.(event, undefined) === value,
    ) &&
    (from === undefined || event.occurredAt >= from) &&
    (to === undefined || event.occurredAt < to);
}
