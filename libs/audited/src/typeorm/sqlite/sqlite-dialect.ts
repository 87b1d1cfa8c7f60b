import type { CustodyDialect } from '../custody/custody-database.js';
import { SQLITE_READING } from './sqlite-reading.js';
import { addOnConflict, upsertOnConflict } from '../custody/upsert-on-conflict.js';

/** SQLite in the statements of custody. Texts compare byte by byte (collation BINARY) and are kept as they are. */
export const SQLITE_DIALECT: CustodyDialect = {
  reading: SQLITE_READING,
  joinedHashes: "group_concat(hash, '')",
  addingUpsert: addOnConflict,
  storageSize: 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
  placeholder: () => '?',
  table: (name) => name,
  equals: (column, value, bind) => `${column} = ${bind(value)}`,
  columnText: (text) => text,
  wholeNumber: (placeholder) => placeholder,
  tileUpsert: (placeholders) => `INSERT INTO audit_tiles AS stored (chain, level, tile, hashes)
    VALUES (${placeholders.join(', ')})
    ON CONFLICT (chain, level, tile) DO UPDATE SET hashes = excluded.hashes
    WHERE length(excluded.hashes) >= length(stored.hashes) AND excluded.hashes <> stored.hashes`,
  // Not unixepoch('subsec'), which older versions do not know. A day of the epoch is exact to some hundredths of a millisecond.
  now: "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
  upsert: upsertOnConflict,
  textOf: (column) => column,
  among: (columns, rows) =>
    `(${columns.map(({ name }) => name).join(', ')}) IN (VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')})`,
  documentKey: 'rowid',
  // A virtual table knows no other way.
  insertDocuments: (rows) => `INSERT OR REPLACE INTO audit_documents (rowid, document) VALUES ${rows}`,
};
