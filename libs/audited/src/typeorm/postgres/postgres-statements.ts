import type { ChainHead } from '../../event/audit-record.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import { countRows } from '../reading/statistics/count-rows.js';
import { COUNT_KEY, countValues, STATISTICS } from '../reading/statistics/count-statements.js';
import { countedFacts } from '../reading/statistics/counted-facts.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import { MAC_COLUMN } from '../server/record-row.js';
import { textArray } from './postgres-text-array.js';
import type { PostgresSession, PostgresValue } from './postgres-session.js';

const EVENT_COLUMNS = ['previous_hash', 'hash', 'body', 'personal', 'salt', ...RECORD_COLUMN_NAMES];
const KEYED_EVENT_COLUMNS = [...EVENT_COLUMNS, MAC_COLUMN];
const FIRST_EVENT_VALUE = 5;
/** Columns of a count beside its chain. */
const COUNT_COLUMNS = [...COUNT_KEY.slice(1), 'count'];
const NUMBER_TYPES: Readonly<Record<string, string>> = { span: 'smallint', step: 'bigint', count: 'bigint' };

/** The statements that store a batch: a keyed one has a column more. */
export interface InsertStatements {
  readonly unkeyed: string;
  readonly keyed: string;
}

/** The statements for one schema (quoted). */
export function insertStatements(schema: string): InsertStatements {
  return { unkeyed: insertStatement(schema, EVENT_COLUMNS), keyed: insertStatement(schema, KEYED_EVENT_COLUMNS) };
}

function insertStatement(schema: string, eventColumns: readonly string[]): string {
  const arrays = eventColumns.map((_, index) => `$${index + FIRST_EVENT_VALUE}::text[]`);
  const columns = eventColumns.map((column) => (column === 'status' ? 'event.status::integer' : `event.${column}`));
  const last = `$${FIRST_EVENT_VALUE + eventColumns.length}::bigint`;
  const countArrays = COUNT_COLUMNS.map(
    (_, index) => `$${FIRST_EVENT_VALUE + eventColumns.length + 1 + index}::text[]`,
  );
  const counts = COUNT_COLUMNS.map(
    (column) => `added.${column}${column in NUMBER_TYPES ? `::${NUMBER_TYPES[column]}` : ''}`,
  );
  // The head is locked first, so that rows are numbered in the order of their positions whatever the number of
  // processes; it is moved by the trigger. Counts are kept here as long as they are as far as the head is: otherwise
  // whoever takes in the log does it. Head and position of the counts change together, so one snapshot shows both.
  return `WITH head AS MATERIALIZED (
      SELECT true AS is_held FROM ${schema}.audit_heads
      WHERE chain = $1::text AND position = $2::bigint AND hash = $3::text FOR UPDATE
    ), moved AS (
      UPDATE ${schema}.audit_projections SET position = ${last} FROM head
      WHERE projection = '${STATISTICS}' AND chain = $1::text AND position = $2::bigint RETURNING true
    ), begun AS (
      INSERT INTO ${schema}.audit_projections (projection, chain, position)
      SELECT '${STATISTICS}', $1::text, ${last} FROM head WHERE $2::bigint = 0
        AND NOT EXISTS (SELECT FROM ${schema}.audit_projections WHERE projection = '${STATISTICS}' AND chain = $1::text)
      ON CONFLICT DO NOTHING RETURNING true
    ), counted AS (
      INSERT INTO ${schema}.audit_counts (${COUNT_KEY.join(', ')}, count)
      SELECT $1::text, ${counts.join(', ')} FROM unnest(${countArrays.join(', ')}) AS added (${COUNT_COLUMNS.join(', ')})
      WHERE EXISTS (SELECT FROM moved) OR EXISTS (SELECT FROM begun)
      ON CONFLICT (${COUNT_KEY.join(', ')}) DO UPDATE SET count = audit_counts.count + excluded.count
    )
    INSERT INTO ${schema}.audit_records (chain, position, scheme, ${eventColumns.join(', ')})
    SELECT $1::text, $2::bigint + event.place, $4::text, ${columns.join(', ')}
    FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS event (${eventColumns.join(', ')}, place)
    WHERE (SELECT is_held FROM head)`;
}

/** @returns whether the chain ended at `head`, and so the batch was stored */
export async function insertAt(
  session: PostgresSession,
  statements: InsertStatements,
  head: ChainHead,
  batch: SealedBatch,
): Promise<boolean> {
  const { rowCount } = await session.run(batch.macs === undefined ? statements.unkeyed : statements.keyed, [
    head.chain,
    head.position,
    head.hash,
    batch.scheme,
    ...eventValues(batch),
    batch.head.position,
    ...countArrayValues(batch),
  ]);
  return rowCount === batch.events.length;
}

function countArrayValues({ chain, events }: SealedBatch): PostgresValue[] {
  const rows = countRows(events.map(({ columns }) => countedFacts(columns))).map((row) => countValues(chain, row));
  return COUNT_COLUMNS.map((_, index) => textArray(rows.map((row) => String(row[index + 1]))));
}

function eventValues({ events, hashes, macs, previousHash }: SealedBatch): PostgresValue[] {
  const seals = [
    [previousHash, ...hashes.slice(0, -1)],
    hashes,
    events.map(({ body }) => body),
    events.map(({ personal }) => personal),
    events.map(({ salt }) => salt),
  ];
  const columns = RECORD_COLUMN_NAMES.map((_, index) =>
    events.map(({ columns: values }) => {
      const value = values[index] ?? null;
      return value === null ? null : String(value);
    }),
  );
  return [...seals, ...columns, ...(macs === undefined ? [] : [macs])].map(textArray);
}
