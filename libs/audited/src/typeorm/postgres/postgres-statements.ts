import type { ChainHead } from '../../event/audit-record.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import { MAC_COLUMN } from '../server/record-row.js';
import { textArray } from './postgres-text-array.js';
import type { PostgresSession, PostgresValue } from './postgres-session.js';

const EVENT_COLUMNS = ['previous_hash', 'hash', 'body', 'personal', 'salt', ...RECORD_COLUMN_NAMES];
const KEYED_EVENT_COLUMNS = [...EVENT_COLUMNS, MAC_COLUMN];
const FIRST_EVENT_VALUE = 5;

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
  // The head is locked first, so that rows are numbered in the order of their positions whatever the number of
  // processes; it is moved by the trigger.
  return `INSERT INTO ${schema}.audit_records (chain, position, scheme, ${eventColumns.join(', ')})
    SELECT $1::text, $2::bigint + event.place, $4::text, ${columns.join(', ')}
    FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS event (${eventColumns.join(', ')}, place)
    WHERE (SELECT true FROM ${schema}.audit_heads
      WHERE chain = $1::text AND position = $2::bigint AND hash = $3::text FOR UPDATE)`;
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
  ]);
  return rowCount === batch.events.length;
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
