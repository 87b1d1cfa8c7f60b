import { INBOX_TABLE, type InboxDialect } from './inbox-dialect.js';

const PLACE = `main.${INBOX_TABLE}`;

/**
 * SQLite. AUTOINCREMENT: an id is never given twice, so that a drainer which comes late with its delete can not remove a
 * younger event.
 */
export const sqliteInboxDialect: InboxDialect = {
  createTable: () =>
    `CREATE TABLE IF NOT EXISTS ${PLACE} (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      chain TEXT NOT NULL,
      body TEXT NOT NULL,
      personal TEXT,
      salt TEXT
    )`,
  locate: () => ({
    sql: "SELECT 'main.' || name AS place FROM main.sqlite_master WHERE type = 'table' AND name = ?",
    parameters: [INBOX_TABLE],
  }),
  insert: (place, entries) => ({
    sql: `INSERT INTO ${place} (chain, body, personal, salt) VALUES ${entries.map(() => '(?, ?, ?, ?)').join(', ')}`,
    parameters: entries.flatMap(({ chain, event }) => [chain, event.body, event.personal ?? null, event.salt ?? null]),
  }),
  isTableMissing: (error) => 'message' in error && /no such table: \S*audit_inbox/.test(String(error.message)),
};
