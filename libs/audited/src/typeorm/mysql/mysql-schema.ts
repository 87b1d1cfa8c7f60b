import type { DataSource } from 'typeorm';
import { DatabaseUnusableError, SchemaTooNewError, StoreUnavailableError } from '../../event/audit.error.js';
import { RECORD_COLUMN_NAMES } from '../../storage/record-columns.js';
import { CreateAuditLog1795219200000 } from '../migrations/mysql/1795219200000-create-audit-log.migration.js';
import { AddCustody1795305600000 } from '../migrations/mysql/1795305600000-add-custody.migration.js';
import { AddDelivery1795392000000 } from '../migrations/mysql/1795392000000-add-delivery.migration.js';
import { AddReading1795478400000 } from '../migrations/mysql/1795478400000-add-reading.migration.js';
import { MAC_COLUMN, SEAL_COLUMN_NAMES } from '../server/record-row.js';
import { INDEX_TABLES } from '../reading/projections/index-tables.js';
import { inTime } from './in-time.js';
import type { MysqlSession } from './mysql-session.js';

/** In the order they are run. */
export const MYSQL_MIGRATIONS = [
  CreateAuditLog1795219200000,
  AddCustody1795305600000,
  AddDelivery1795392000000,
  AddReading1795478400000,
];
export const MYSQL_MIGRATIONS_TABLE = 'audit_migrations';

/** How long another process that brings the schema up to date is waited for. */
const MIGRATION_WAIT_SECONDS = 60;
/** How long a migration itself may take; one that rewrites a large table takes its time. */
const MIGRATION_TIMEOUT_MS = 3_600_000;
/** The name of a lock may have 64 characters; it is the server's, so the database must be in it. */
const MIGRATION_LOCK = "CONCAT('audit:', SHA1(DATABASE()))";

/**
 * Brings the schema up to date. Of two processes that open a new database, one makes the schema, and the other finds it.
 * An account that may not make tables is no problem where nothing is to be made.
 *
 * @throws SchemaTooNewError
 */
export async function migrate(database: string, source: DataSource, session: MysqlSession): Promise<void> {
  if (await isUpToDate(database, session)) {
    return;
  }
  const waitMs = (MIGRATION_WAIT_SECONDS + 1) * 1000;
  const lock = `SELECT GET_LOCK(${MIGRATION_LOCK}, ${MIGRATION_WAIT_SECONDS}) AS granted`;
  const [answer] = await session.rows<{ granted: number | null }>(lock, [], waitMs);
  if (answer?.granted !== 1) {
    throw new StoreUnavailableError(
      `another process has been changing the schema of "${database}" for ${MIGRATION_WAIT_SECONDS} s. Look for one that hangs`,
    );
  }
  try {
    if (!(await isUpToDate(database, session))) {
      await inTime(source.runMigrations({ transaction: 'none' }), MIGRATION_TIMEOUT_MS);
    }
  } finally {
    await session.rows(`SELECT RELEASE_LOCK(${MIGRATION_LOCK})`);
  }
}

/**
 * Makes sure that the log is there, of this version, and that the account may read it. Changes nothing.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export async function requireReadable(database: string, session: MysqlSession): Promise<void> {
  const applied = await appliedMigrations(database, session);
  if (applied === undefined) {
    throw new DatabaseUnusableError(database, 'holds no audit log', 'Check the address; nothing was made.');
  }
  if (applied.size < MYSQL_MIGRATIONS.length) {
    throw new DatabaseUnusableError(
      database,
      'is of an older version of this package',
      'Bring it up to date first: start the application with this version once.',
    );
  }
  const log = ['audit_records', 'audit_heads', 'audit_tiles', 'audit_checkpoints'];
  for (const table of [...log, ...INDEX_TABLES, 'audit_secrets']) {
    await session.rows(`SELECT * FROM ${table} LIMIT 0`);
  }
}

async function isUpToDate(database: string, session: MysqlSession): Promise<boolean> {
  const applied = await appliedMigrations(database, session);
  return applied !== undefined && MYSQL_MIGRATIONS.every(({ name }) => applied.has(name));
}

/** @returns `undefined` when there is no log; throws SchemaTooNewError */
async function appliedMigrations(database: string, session: MysqlSession): Promise<ReadonlySet<string> | undefined> {
  const tables = await session.rows(
    'SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [MYSQL_MIGRATIONS_TABLE],
  );
  if (tables.length === 0) {
    return undefined;
  }
  const applied = await session.rows<{ name: string }>(`SELECT name FROM ${MYSQL_MIGRATIONS_TABLE}`);
  const names = new Set(applied.map(({ name }) => name));
  const known = MYSQL_MIGRATIONS.map(({ name }) => name);
  const unknown = [...names].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new SchemaTooNewError(database, unknown);
  }
  return names;
}

/**
 * Does everything that an append does, with no row: a missing right, a missing column and a server that only reads show
 * when the store is opened, not with the first event.
 */
export async function requireRights(session: MysqlSession): Promise<void> {
  const columns = [...SEAL_COLUMN_NAMES, MAC_COLUMN, ...RECORD_COLUMN_NAMES].join(', ');
  await session.rows('SELECT chain, position, hash FROM audit_heads LIMIT 0');
  await session.change(
    `INSERT INTO audit_records (${columns}) SELECT ${columns} FROM audit_records WHERE sequence < 0 AND FALSE`,
  );
  await session.change(
    'INSERT INTO audit_heads (chain, position, hash) SELECT chain, position, hash FROM audit_heads WHERE FALSE',
  );
  await session.change('UPDATE audit_heads SET position = position, hash = hash WHERE FALSE');
  await session.change(
    'INSERT INTO audit_tiles (chain, level, tile, hashes) SELECT chain, level, tile, hashes FROM audit_tiles WHERE FALSE',
  );
  await session.change('UPDATE audit_tiles SET hashes = hashes WHERE FALSE');
  await session.change(
    `INSERT INTO audit_checkpoints (chain, size, root, signed_at, note)
     SELECT chain, size, root, signed_at, note FROM audit_checkpoints WHERE FALSE`,
  );
  for (const table of INDEX_TABLES) {
    const column = ['audit_facets', 'audit_documents'].includes(table) ? 'sequence' : 'chain';
    await session.change(`INSERT INTO ${table} SELECT * FROM ${table} WHERE FALSE`);
    await session.change(`UPDATE ${table} SET ${column} = ${column} WHERE FALSE`);
  }
  await session.rows('SELECT value FROM audit_secrets LIMIT 0');
}
