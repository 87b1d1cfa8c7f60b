/**
 * The raw counterpart of the PostgreSQL store: the very tables and indexes that the product makes, without its triggers,
 * and statements that a careful user would write against them.
 */
import pg from 'pg';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { sha256Scheme } from '../libs/audited/dist/esm/integrity/sha256.scheme.js';
import { columnValues, RECORD_COLUMN_NAMES } from '../libs/audited/dist/esm/storage/record-columns.js';

const SEAL_COLUMNS = ['chain', 'position', 'previous_hash', 'hash', 'scheme', 'body', 'personal', 'salt'];
/** Columns that a caller who seals by hand has to fill. */
export const RECORD_COLUMNS = [...SEAL_COLUMNS, ...RECORD_COLUMN_NAMES];
export const NO_HASH = '0'.repeat(64);

/** Lets the product make its tables, and takes its triggers off. */
export async function makeRawTables(url) {
  const maker = new PostgresAuditStore({ url });
  await maker.open();
  await maker.close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) AS statement
       FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0`,
    );
    for (const { statement } of rows) {
      await client.query(statement);
    }
  } finally {
    await client.end();
  }
}

/** Columns that have no value of their own making, with their types. */
export async function plainColumns(client) {
  const { rows } = await client.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = 'audit_records'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND NOT atthasdef
     ORDER BY attnum`,
  );
  return rows;
}

/** `INSERT ... SELECT FROM unnest`: one array a column. */
export function unnestInsert(columns) {
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`);
  return `INSERT INTO audit_records (${columns.map(({ name }) => name).join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`;
}

/** One row by hand, as texts; PostgreSQL gives them their types. */
export const INSERT_ONE = `INSERT INTO audit_records (${RECORD_COLUMNS.join(', ')})
  VALUES (${RECORD_COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})`;

/** The values of {@link INSERT_ONE}, sealed after the given head. */
export function sealedRow(chain, head, { body, personal, salt }) {
  const position = head.position + 1;
  const hash = sha256Scheme.hash({ chain, position, previousHash: head.hash }, body);
  return rowOf({ chain, position, previousHash: head.hash, hash }, body, personal, salt);
}

/** The values of {@link INSERT_ONE} under a position that nobody else has, without any seal. */
export function unsealedRow(position, { body, personal, salt }) {
  return rowOf({ chain: 'main', position, previousHash: NO_HASH, hash: NO_HASH }, body, personal, salt);
}

function rowOf({ chain, position, previousHash, hash }, body, personal, salt) {
  return [
    chain,
    position,
    previousHash,
    hash,
    sha256Scheme.id,
    body,
    personal,
    salt,
    ...columnValues(JSON.parse(body), JSON.parse(personal)),
  ];
}
