import type { ChainHead } from '../../event/audit-record.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import { textArray } from './postgres-text-array.js';
import type { PostgresSession, PostgresValue } from './postgres-session.js';

const EVENT_COLUMNS = ['previous_hash', 'hash', 'body', 'personal', 'salt', ...RECORD_COLUMN_NAMES];
const FIRST_EVENT_VALUE = 5;

/** The statement that stores a batch, for one schema (quoted). */
export function insertStatement(schema: string): string {
  const arrays = EVENT_COLUMNS.map((_, index) => `$${index + FIRST_EVENT_VALUE}::text[]`);
  const columns = EVENT_COLUMNS.map((column) => (column === 'status' ? 'event.status::integer' : `event.${column}`));
  // The head is locked first, so that rows are numbered in the order of their positions whatever the number of
  // processes; it is moved by the trigger.
  return `INSERT INTO ${schema}.audit_records (chain, position, scheme, ${EVENT_COLUMNS.join(', ')})
    SELECT $1::text, $2::bigint + event.place, $4::text, ${columns.join(', ')}
    FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS event (${EVENT_COLUMNS.join(', ')}, place)
    WHERE (SELECT true FROM ${schema}.audit_heads
      WHERE chain = $1::text AND position = $2::bigint AND hash = $3::text FOR UPDATE)`;
}

/** @returns whether the chain ended at `head`, and so the batch was stored */
export async function insertAt(
  session: PostgresSession,
  statement: string,
  head: ChainHead,
  batch: SealedBatch,
): Promise<boolean> {
  const { rowCount } = await session.run(statement, [
    head.chain,
    head.position,
    head.hash,
    batch.scheme,
    ...eventValues(batch),
  ]);
  return rowCount === batch.events.length;
}

function eventValues({ events, hashes, previousHash }: SealedBatch): PostgresValue[] {
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
  return [...seals, ...columns].map(textArray);
}
