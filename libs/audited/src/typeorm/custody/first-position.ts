import type { ChainId } from '../../event/audit-record.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { CustodyDatabase } from './custody-database.js';

/**
 * The lowest position of a chain that is `from` or higher; `undefined` when there is none.
 *
 * Everything that goes through a chain does so by this and by ranges of positions: what a range may hold is known to a
 * planner without any statistics, so that it never thinks of reading the rest of the chain and sorting it.
 */
export async function firstPosition(
  database: Pick<CustodyDatabase, 'dialect' | 'read'>,
  chain: ChainId,
  from?: number,
): Promise<number | undefined> {
  const { dialect } = database;
  const conditions = new SqlConditions(dialect);
  conditions.equals('chain', chain);
  if (from !== undefined) {
    conditions.compare('position', '>=', from);
  }
  const rows = await database.read(
    `SELECT position FROM ${dialect.table('audit_records')} ${conditions.where} ORDER BY position LIMIT 1`,
    conditions.values,
  );
  return rows[0] === undefined ? undefined : Number(rows[0]['position']);
}
