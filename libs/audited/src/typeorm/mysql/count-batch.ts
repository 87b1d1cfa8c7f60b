import type { ChainHead } from '../../event/audit-record.js';
import { countRows } from '../reading/statistics/count-rows.js';
import { additions, COUNTS, countValues, STATISTICS } from '../reading/statistics/count-statements.js';
import { countedFacts } from '../reading/statistics/counted-facts.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import { MYSQL_DIALECT } from './mysql-dialect.js';
import type { MysqlSession } from './mysql-session.js';

/**
 * Keeps what statistics count, in the transaction of the append. Where the counts are not as far as the head was, nothing:
 * whoever takes in the log does it. The row of the position is locked before those of the counts, by whoever changes them.
 *
 * @param head where the chain ended before the batch
 */
export async function addCounts(session: MysqlSession, head: ChainHead, batch: SealedBatch): Promise<void> {
  if (!(await follows(session, head, batch.head.position))) {
    return;
  }
  const rows = countRows(batch.events.map(({ columns }) => countedFacts(columns)));
  const values = rows.map((row) => countValues(head.chain, row));
  for (const { sql, values: given } of additions(MYSQL_DIALECT, COUNTS, values)) {
    await session.change(sql, given);
  }
}

async function follows(session: MysqlSession, { chain, position }: ChainHead, after: number): Promise<boolean> {
  const moved = await session.change(
    'UPDATE audit_projections SET position = ? WHERE projection = ? AND chain = ? AND position = ?',
    [after, STATISTICS, chain, position],
  );
  if (moved === 1 || position > 0) {
    return moved === 1;
  }
  const begun = await session.change(
    `INSERT INTO audit_projections (projection, chain, position) SELECT ?, ?, ? FROM DUAL
     WHERE NOT EXISTS (SELECT 1 FROM audit_projections WHERE projection = ? AND chain = ?)`,
    [STATISTICS, chain, after, STATISTICS, chain],
  );
  return begun === 1;
}
