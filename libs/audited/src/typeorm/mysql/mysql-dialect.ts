import type { CustodyDialect } from '../custody/custody-database.js';
import { MYSQL_READING } from './mysql-reading.js';
import { AUDIT_TABLES } from '../server/server-dialect.js';

/**
 * MySQL and MariaDB in the statements that read the log. The collation of the columns compares byte by byte and wins over
 * that of a value, so `=` is exact, and it can use the index.
 */
export const MYSQL_DIALECT: CustodyDialect = {
  reading: MYSQL_READING,
  placeholder: () => '?',
  table: (name) => name,
  equals: (column, value, bind) => `${column} = ${bind(value)}`,
  // utf8mb4 keeps every text as it is, NUL included.
  columnText: (text) => text,
  wholeNumber: (placeholder) => placeholder,
  storageSize: `SELECT SUM(DATA_LENGTH + INDEX_LENGTH) AS bytes FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (${AUDIT_TABLES.map((table) => `'${table}'`).join(', ')})`,
  addingUpsert: (insert) => `${insert} ON DUPLICATE KEY UPDATE count = count + VALUES(count)`,
  // No joined hashes: GROUP_CONCAT cuts what is longer than a setting of the server, and only warns.
  tileUpsert: (
    placeholders,
  ) => `INSERT INTO audit_tiles (chain, level, tile, hashes) VALUES (${placeholders.join(', ')})
    ON DUPLICATE KEY UPDATE
      hashes = IF(CHAR_LENGTH(VALUES(hashes)) >= CHAR_LENGTH(hashes), VALUES(hashes), hashes)`,
  // UNIX_TIMESTAMP takes its time for one of the session's zone, in which an hour may come twice.
  now: "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000)",
  // Not INSERT IGNORE: that also ignores what does not fit its column.
  upsert: (insert, key, replaced) => {
    const columns = replaced.map((column) => `${column} = VALUES(${column})`);
    const nothing = key.slice(0, 1).map((column) => `${column} = ${column}`);
    return `${insert} ON DUPLICATE KEY UPDATE ${(columns.length === 0 ? nothing : columns).join(', ')}`;
  },
  textOf: (column) => column,
  among: (columns, rows) =>
    `(${columns.map(({ name }) => name).join(', ')}) IN (${rows.map((row) => `(${row.join(', ')})`).join(', ')})`,
  documentKey: 'sequence',
  insertDocuments: (rows) =>
    `INSERT INTO audit_documents (sequence, document) VALUES ${rows} ON DUPLICATE KEY UPDATE sequence = sequence`,
};
