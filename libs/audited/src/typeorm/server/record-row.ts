import type { StoredRecord } from '../../event/audit-record.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { AuditRecordRow } from '../audit-record.entity.js';
import type { RawRow } from './server-database.js';

/** Columns of the seal and of the sealed texts, as they are inserted; keyed seals have a {@link MAC_COLUMN} too. */
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

/** Written for keyed seals only, so that the others cost what they cost before there was one; NULL for them. */
export const MAC_COLUMN = 'mac';

/** What is read to give a record back. */
export const STORED_COLUMNS = ['sequence', ...SEAL_COLUMN_NAMES, MAC_COLUMN].join(', ');

/** What is read to verify a record. */
export const ALL_COLUMNS = ['sequence', ...SEAL_COLUMN_NAMES, MAC_COLUMN, ...RECORD_COLUMN_NAMES].join(', ');

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
  const { chain, position, previous_hash: previousHash, hash, scheme, mac, body, personal, salt } = row;
  const seal = { chain, position, previousHash, hash, scheme, ...(mac === null ? undefined : { mac }) };
  return { seal, body, personal, salt };
}
