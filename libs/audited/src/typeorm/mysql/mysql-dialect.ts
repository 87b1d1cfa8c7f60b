import type { ServerDialect } from '../server/server-dialect.js';

/**
 * MySQL and MariaDB in the statements that read the log. The collation of the columns compares byte by byte and wins over
 * that of a value, so `=` is exact, and it can use the index.
 */
export const MYSQL_DIALECT: ServerDialect = {
  placeholder: () => '?',
  table: (name) => name,
  equals: (column, value, bind) => `${column} = ${bind(value)}`,
  // utf8mb4 keeps every text as it is, NUL included.
  columnText: (text) => text,
};
