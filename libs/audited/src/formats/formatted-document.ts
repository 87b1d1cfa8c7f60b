import type { AuditRecord } from '../event/audit-record.js';
import type { EventFormatter } from './event-formatter.js';

/**
 * Many records as one document, piece by piece: memory does not grow with their number, and nothing is read from
 * `records` before the piece before was taken. No record at all is a valid, empty document.
 */
export async function* formattedDocument(
  formatter: EventFormatter,
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
): AsyncGenerator<string, void, undefined> {
  const { start, separator, terminator, end } = formatter.document;
  if (start !== '') yield start;
  let isFirst = true;
  for await (const record of records) {
    yield `${isFirst ? '' : separator}${formatter.format(record)}${terminator}`;
    isFirst = false;
  }
  if (end !== '') yield end;
}
