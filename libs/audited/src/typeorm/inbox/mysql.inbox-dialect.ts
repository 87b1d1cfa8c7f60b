import { INBOX_TABLE, type InboxDialect } from './inbox-dialect.js';

const NO_SUCH_TABLE = 1146;

/**
 * MySQL and MariaDB. Texts are sent as bytes: what the application's connection does to texts (its character set, whether
 * a backslash escapes) does not reach them.
 */
export const mysqlInboxDialect: InboxDialect = {
  createTable: () =>
    `CREATE TABLE IF NOT EXISTS ${INBOX_TABLE} (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      chain VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      body LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
      personal LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
      salt VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL
    ) ENGINE=InnoDB`,
  locate: () => ({
    sql: `SELECT CONCAT('\`', REPLACE(table_schema, '\`', '\`\`'), '\`.\`', table_name, '\`') AS place
      FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`,
    parameters: [INBOX_TABLE],
  }),
  insert: (place, entries) => ({
    sql: `INSERT INTO ${place} (chain, body, personal, salt) VALUES ${entries.map(() => '(?, ?, ?, ?)').join(', ')}`,
    parameters: entries.flatMap(({ chain, event }) => [
      bytesOf(chain),
      bytesOf(event.body),
      bytesOf(event.personal),
      bytesOf(event.salt),
    ]),
  }),
  isTableMissing: (error) => 'errno' in error && error.errno === NO_SUCH_TABLE,
};

function bytesOf(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text, 'utf8');
}
