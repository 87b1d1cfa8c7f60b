import type { AuditRecordRow } from '../audit-record.entity.js';
import { ALL_COLUMNS, recordRow } from '../server/record-row.js';
import type { RawRow, RunQuery, Snapshot } from '../server/server-database.js';
import type { SqlValue } from '../server/server-dialect.js';
import type { MysqlSession } from './mysql-session.js';

const MOST_ROWS = 500;
/** Pages get smaller where rows are larger, so that one holds about so much. */
const PAGE_CHARACTERS = 4 * 2 ** 20;

/**
 * A SELECT that the server itself gives up in time, so that it does not go on reading for nobody. MariaDB and MySQL have
 * different words for it, and each takes the other's for a comment.
 */
export function limited(select: string, timeoutMs: number): string {
  const hint = `SELECT /*+ MAX_EXECUTION_TIME(${timeoutMs}) */`;
  return `/*M! SET STATEMENT max_statement_time=${timeoutMs / 1000} FOR */ ${select.replace(/^SELECT/, hint)}`;
}

/** Runs statements that all see the log as it was when the first of them began. */
export async function readSnapshot<Result>(
  session: MysqlSession,
  timeoutMs: number,
  work: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  // For the next transaction only; the session goes on with READ COMMITTED.
  await session.change('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await session.change('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const query = (sql: string, values: readonly SqlValue[] = []): Promise<readonly RawRow[]> =>
    session.rows<RawRow>(limited(sql, timeoutMs), values);
  const result = await work({ query, recordBatches: (chain) => recordBatches(query, chain) });
  await session.change('COMMIT');
  return result;
}

/** Above it, arithmetic with positions is not exact. No log has so many records, but whoever tampers may write any number. */
const EXACT = 2 ** 52;

/**
 * From page to page by the key: every statement is short, and the server holds nothing between two of them. A page is
 * bounded on both sides, because without the upper one the server reads and sorts all that is left for every page.
 */
async function* recordBatches(query: RunQuery, chain: string): AsyncGenerator<readonly AuditRecordRow[]> {
  // Whoever tampers may have dropped the unique index, so that several rows stand at one position.
  let after: readonly [position: SqlValue, sequence: SqlValue] | undefined;
  let limit = MOST_ROWS;
  for (;;) {
    const page = await pageAfter(query, chain, after, limit);
    const last = page.at(-1);
    if (last === undefined) {
      return;
    }
    yield page.map(recordRow);
    after = [last['position'] as SqlValue, last['sequence'] as SqlValue];
    const characters = page.reduce((sum, row) => sum + String(row['body']).length, 0);
    limit = Math.max(1, Math.min(MOST_ROWS, Math.floor((PAGE_CHARACTERS * page.length) / (characters + 1))));
  }
}

async function pageAfter(
  query: RunQuery,
  chain: string,
  after: readonly [position: SqlValue, sequence: SqlValue] | undefined,
  limit: number,
): Promise<readonly RawRow[]> {
  const select = (condition: string, values: readonly SqlValue[]): Promise<readonly RawRow[]> =>
    query(
      `SELECT ${ALL_COLUMNS} FROM audit_records WHERE chain = ? ${condition} ORDER BY position, sequence LIMIT ${limit}`,
      [chain, ...values],
    );
  if (after === undefined) {
    return select('', []);
  }
  const [position, sequence] = after;
  const behind = 'AND position >= ? AND (position > ? OR sequence > ?)';
  const values = [position, position, sequence];
  if (Math.abs(Number(position)) < EXACT) {
    const page = await select(`${behind} AND position <= ?`, [...values, Number(position) + limit]);
    if (page.length > 0) {
      return page;
    }
  }
  // The end, or positions are missing.
  return select(behind, values);
}
