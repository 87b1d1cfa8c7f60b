import BetterSqlite3, { type Database } from 'better-sqlite3';

/** Opens the file beside the store, as any other program may, and closes it again. */
export function withRawDatabase<Result>(file: string, work: (database: Database) => Result): Result {
  const database = new BetterSqlite3(file, { timeout: 10_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/**
 * Does what somebody with write access to the file does: drops what is in the way first. The log is folded into the
 * file afterwards, so that whoever opens it next reads one file.
 */
export function tamper<Result>(file: string, work: (database: Database) => Result): Result {
  return withRawDatabase(file, (database) => {
    const triggers = database
      .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
      .pluck()
      .all();
    for (const trigger of triggers) {
      database.exec(`DROP TRIGGER "${trigger}"`);
    }
    const result = work(database);
    database.pragma('wal_checkpoint(TRUNCATE)');
    return result;
  });
}
