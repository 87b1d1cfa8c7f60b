import type { CustodyDialect } from '../custody/custody-database.js';

/**
 * MySQL and MariaDB in the statements that read the log. The collation of the columns compares byte by byte and wins over
 * that of a value, so `=` is exact, and it can use the index.
 */
export const MYSQL_DIALECT: CustodyDialect = {
  placeholder: () => '?',
  table: (name) => name,
  equals: (column, value, bind) => `${column} = ${bind(value)}`,
  // utf8mb4 keeps every text as it is, NUL included.
  columnText: (text) => text,
  wholeNumber: (placeholder) => placeholder,
  // No joined hashes: GROUP_CONCAT cuts what is longer than a setting of the server, and only warns.
  tileUpsert: (
    placeholders,
  ) => `INSERT INTO audit_tiles (chain, level, tile, hashes) VALUES (${placeholders.join(', ')})
    ON DUPLICATE KEY UPDATE
      hashes = IF(CHAR_LENGTH(VALUES(hashes)) >= CHAR_LENGTH(hashes), VALUES(hashes), hashes)`,
};
