import type { AuditEvent } from '../../event/audit-event.js';
import type { PersonalVerdict } from '../../integrity/personal-check.js';
import { columnValues, PERSONAL_COLUMNS, RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { AuditRecordRow } from '../audit-record.entity.js';

/** What a text becomes in a search column; the same text unless the database cannot keep it. */
export type ColumnText = (text: string) => string;

/** Names the search columns of a row that disagree with its sealed event. */
export function mismatchedColumns(
  row: AuditRecordRow,
  event: AuditEvent,
  personal: PersonalVerdict,
  columnText: ColumnText,
): readonly string[] {
  const expected = columnValues(event, personal.state === 'intact' ? personal.part : undefined);
  return RECORD_COLUMN_NAMES.filter((column, index) => {
    const value = expected[index];
    const isEqual = row[column] === (typeof value === 'string' ? columnText(value) : value);
    return !isEqual && !(personal.state === 'faulty' && PERSONAL_COLUMNS.has(column));
  });
}
