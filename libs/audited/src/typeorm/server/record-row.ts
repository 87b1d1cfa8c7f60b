import type { StoredRecord } from '../../event/audit-record.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import type { RawRow } from './server-database.js';

/** Columns of the seal and of the sealed texts, as they are inserted. */
export const SEAL_COLUMN_NAMES = [
  'chain',
  'position',
  'previous_hash',
  'hash',
  'scheme',
  'body',
  'personal',
  'salt',
] as const;

/** What is read to give a record back. */
export const STORED_COLUMNS = ['sequence', ...SEAL_COLUMN_NAMES].join(', ');

/** What is read to verify a record. */
export const ALL_COLUMNS = ['sequence', ...SEAL_COLUMN_NAMES, ...RECORD_COLUMN_NAMES].join(', ');

const NUMBER_COLUMNS = ['sequence', 'position', 'status'] as const;

/** A row with its numbers as numbers; drivers give 64-bit integers as texts. */
export function recordRow(raw: RawRow): AuditRecordRow {
  const row: Record<string, string | number | null> = { ...raw };
  for (const column of NUMBER_COLUMNS) {
    const value = row[column];
    if (typeof value === 'string') {
      row[column] = Number(value);
    }
  }
  return row as unknown as AuditRecordRow;
}

/** The sealed facts of a row, without the columns beside them. */
export function storedRecord(row: AuditRecordRow): StoredRecord {
  const { chain, position, previous_hash: previousHash, hash, scheme, body, personal, salt } = row;
  return { seal: { chain, position, previousHash, hash, scheme }, body, personal, salt };
}
