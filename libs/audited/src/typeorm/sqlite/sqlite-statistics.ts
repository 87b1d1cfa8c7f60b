import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { StoreUnavailableError } from '../../event/audit.error.js';
import type { AuditStatistics } from '../../storage/reading/audit-statistics.js';
import { readStatistics, type StatisticsRequest } from '../reading/statistics/log-statistics.js';
import type { RawRow, RunQuery } from '../server/server-database.js';
import { SQLITE_DIALECT } from './sqlite-dialect.js';

/**
 * The log in a file in numbers, in one read transaction: no append and no removal comes between its statements.
 *
 * @param ended shared with whoever asked: not 0 when nobody waits any more
 */
export async function sqliteStatistics(
  { handle, file }: { readonly handle: Database; readonly file: string },
  request: StatisticsRequest,
  ended: Int32Array,
): Promise<AuditStatistics> {
  const query: RunQuery = async (sql, values = []) => {
    if (Atomics.load(ended, 0) !== 0) {
      throw new StoreUnavailableError('the read was given up');
    }
    return handle.prepare<unknown[], RawRow>(sql).all(...values);
  };
  const storageBytes = async (): Promise<number> =>
    Number((await query(SQLITE_DIALECT.storageSize))[0]?.['bytes'] ?? 0) + logBytes(file);
  handle.exec('BEGIN');
  try {
    return await readStatistics({ dialect: SQLITE_DIALECT, query, storageBytes }, request);
  } finally {
    handle.exec('COMMIT');
  }
}

/** Bytes of the write-ahead log; a log in memory has none. */
function logBytes(file: string): number {
  return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
