import type { AuditRecordRow } from '../audit-record.entity.js';
import { ALL_COLUMNS, recordRow } from '../server/record-row.js';
import type { QuickBatch, RawRow } from '../server/server-database.js';
import { QUICK_COLUMNS, type QuickRow } from '../verification/quick-check.js';
import type { PostgresResult, PostgresSession } from './postgres-session.js';

const FIRST_ROWS = 50;
const MAX_ROWS = 500;
/** About so much text is asked for at a time, whatever the size of a record. */
const BATCH_CHARACTERS = 2_000_000;

/** One text instead of some thirty columns: for the driver, a row costs what its columns cost. */
const LISTED_COLUMNS = `json_build_array(${QUICK_COLUMNS.join(', ')})::text AS columns, body, personal, position, sequence`;

/**
 * Every record of a chain in the order of positions, in one transaction.
 *
 * @param schema quoted
 */
export async function* recordBatches(
  session: PostgresSession,
  schema: string,
  chain: string,
): AsyncGenerator<readonly AuditRecordRow[]> {
  for await (const rows of cursorBatches(session, schema, chain, ALL_COLUMNS)) {
    yield rows.map(recordRow);
  }
}

/** The same records, to be checked quickly. */
export async function* quickBatches(
  session: PostgresSession,
  schema: string,
  chain: string,
): AsyncGenerator<QuickBatch> {
  for await (const rows of cursorBatches(session, schema, chain, LISTED_COLUMNS)) {
    yield {
      rows: rows.map((row) => row as unknown as QuickRow),
      wholeFrom: (place) => wholeRows(session, schema, chain, rows.slice(place)),
    };
  }
}

/** Through one cursor: one plan, and a place in it. While a batch is looked at, the next one is on its way. */
async function* cursorBatches(
  session: PostgresSession,
  schema: string,
  chain: string,
  columns: string,
): AsyncGenerator<readonly RawRow[]> {
  await session.run(
    `DECLARE audit_chain NO SCROLL CURSOR FOR SELECT ${columns} FROM ${schema}.audit_records
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
      yield rows;
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

/** Neighbouring rows, read again. Whoever tampers may have written a position twice: the sequence tells rows apart. */
async function wholeRows(
  session: PostgresSession,
  schema: string,
  chain: string,
  listed: readonly RawRow[],
): Promise<readonly AuditRecordRow[]> {
  const { rows } = await session.run(
    `SELECT ${ALL_COLUMNS} FROM ${schema}.audit_records
     WHERE chain = $1::text AND position BETWEEN $2::bigint AND $3::bigint ORDER BY position, sequence`,
    [chain, String(listed[0]?.['position']), String(listed.at(-1)?.['position'])],
  );
  const wanted = new Set(listed.map(({ sequence }) => String(sequence)));
  return rows.filter(({ sequence }) => wanted.has(String(sequence))).map(recordRow);
}

function nextCount(rows: PostgresResult['rows'], count: number): number {
  const characters = rows.reduce((sum, row) => sum + String(row['body']).length + String(row['personal']).length, 0);
  const fitting = Math.floor((BATCH_CHARACTERS / characters) * rows.length);
  return Math.max(1, Math.min(fitting, count * 2, MAX_ROWS));
}
