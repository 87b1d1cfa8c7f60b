import type { AuditRecordRow } from '../audit-record.entity.js';
import { ALL_COLUMNS, recordRow } from '../server/record-row.js';
import type { PostgresResult, PostgresSession } from './postgres-session.js';

const FIRST_ROWS = 50;
const MAX_ROWS = 500;
/** About so much text is asked for at a time, whatever the size of a record. */
const BATCH_CHARACTERS = 2_000_000;

/**
 * Every record of a chain in the order of positions, in one transaction, through one cursor: one plan, and a place in it.
 * While a batch is looked at, the next one is on its way.
 *
 * @param schema quoted
 */
export async function* recordBatches(
  session: PostgresSession,
  schema: string,
  chain: string,
): AsyncGenerator<readonly AuditRecordRow[]> {
  await session.run(
    `DECLARE audit_chain NO SCROLL CURSOR FOR SELECT ${ALL_COLUMNS} FROM ${schema}.audit_records
     WHERE chain = $1::text ORDER BY position, sequence`,
    [chain],
  );
  const fetch = (count: number): Promise<PostgresResult> => session.run(`FETCH ${count} FROM audit_chain`);
  let count = FIRST_ROWS;
  let coming = fetch(count);
  try {
    for (;;) {
      const { rows } = await coming;
      const isLast = rows.length < count;
      if (!isLast) {
        count = nextCount(rows, count);
        coming = fetch(count);
      }
      yield rows.map(recordRow);
      if (isLast) {
        break;
      }
    }
  } finally {
    // Whoever stopped reading has its own error to tell.
    await coming.catch(() => undefined);
  }
  await session.run('CLOSE audit_chain');
}

function nextCount(rows: PostgresResult['rows'], count: number): number {
  const characters = rows.reduce((sum, row) => sum + String(row['body']).length + String(row['personal']).length, 0);
  const fitting = Math.floor((BATCH_CHARACTERS / characters) * rows.length);
  return Math.max(1, Math.min(fitting, count * 2, MAX_ROWS));
}
