import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { DatabaseUnusableError, SchemaTooNewError } from '../../event/audit.error.js';
import { AuditHeadEntity } from '../audit-head.entity.js';
import { AuditRecordEntity } from '../audit-record.entity.js';
import { CreateAuditLog1795219200000 } from '../migrations/1795219200000-create-audit-log.migration.js';
import { AddCustody1795305600000 } from '../migrations/1795305600000-add-custody.migration.js';
import { AddDelivery1795392000000 } from '../migrations/1795392000000-add-delivery.migration.js';
import { AddReading1795478400000 } from '../migrations/1795478400000-add-reading.migration.js';

/** SQLite's name for a database that lives in memory and ends with its connection. */
export const IN_MEMORY = ':memory:';

/** SQLite's name for a database in a temporary file; it cannot be made durable, and is refused for that. */
const NAMELESS = '';

const MIGRATIONS = [
  CreateAuditLog1795219200000,
  AddCustody1795305600000,
  AddDelivery1795392000000,
  AddReading1795478400000,
];
const MIGRATIONS_TABLE = 'audit_migrations';

/** How long a writer of another process is waited for. */
const BUSY_TIMEOUT_MS = 5000;
/** Page cache; indexes of some million records stay in memory. */
const CACHE_KIB = 65_536;
/** A larger log between checkpoints makes fewer random writes. 8000 pages are 32 MB. */
const CHECKPOINT_PAGES = 8000;

/** An open database: TypeORM's DataSource and the driver's own handle for set-based SQL. */
export interface SqliteConnection {
  readonly source: DataSource;
  readonly handle: Database;
}

/**
 * Opens the log for writing: makes the folder, brings the schema up to date by migrations, and makes
 * sure that a commit survives a power cut.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export async function openForWriting(file: string): Promise<SqliteConnection> {
  prepareFolder(file);
  const connection = await connect(file, (handle) => {
    handle.pragma('journal_mode = WAL');
    setPragmas(handle);
  });
  try {
    requireDurability(file, connection.handle);
    await migrate(file, connection);
    return connection;
  } catch (error) {
    await connection.source.destroy();
    throw unusable(file, error);
  }
}

/**
 * Opens the log for reading, beside its writer or alone; every write is refused by the connection itself, and nothing is
 * made or migrated.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export async function openForReading(file: string): Promise<SqliteConnection> {
  if (!existsSync(file)) {
    // SQLite would make it.
    throw new DatabaseUnusableError(file, 'does not exist', 'Check the path; nothing was made.');
  }
  refuseFolder(file);
  const connection = await connect(file, (handle) => {
    setPragmas(handle);
    handle.pragma('query_only = ON');
  });
  try {
    await requireSchema(file, connection.source);
    return connection;
  } catch (error) {
    await connection.source.destroy();
    throw unusable(file, error);
  }
}

async function connect(file: string, prepareDatabase: (handle: Database) => void): Promise<SqliteConnection> {
  let source: DataSource;
  try {
    source = new DataSource({
      type: 'better-sqlite3',
      database: file,
      entities: [AuditRecordEntity, AuditHeadEntity],
      migrations: MIGRATIONS,
      migrationsTableName: MIGRATIONS_TABLE,
      synchronize: false,
      timeout: BUSY_TIMEOUT_MS,
      prepareDatabase,
    });
    await source.initialize();
  } catch (error) {
    throw unusable(file, error);
  }
  // TypeORM's own statements are for reading and schema; the hot path speaks to the driver directly.
  const handle = (source.driver as unknown as { databaseConnection: Database }).databaseConnection;
  return { source, handle };
}

function setPragmas(handle: Database): void {
  // TypeORM's enableWAL would leave synchronous at NORMAL, which loses commits at a power cut.
  handle.pragma('synchronous = FULL');
  handle.pragma(`cache_size = -${CACHE_KIB}`);
  handle.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  // What erasure and pruning remove is overwritten at once. Appending removes nothing, and pays nothing.
  handle.pragma('secure_delete = ON');
}

/** The kit does not call itself durable on the word of an option; it asks the database. */
function requireDurability(file: string, handle: Database): void {
  const journal = handle.pragma('journal_mode', { simple: true });
  const synchronous = handle.pragma('synchronous', { simple: true });
  if (file !== IN_MEMORY && (journal !== 'wal' || synchronous !== 2)) {
    throw new DatabaseUnusableError(
      file,
      `cannot be made durable (journal_mode=${String(journal)}, synchronous=${String(synchronous)})`,
      'Put it on a local disk: network file systems do not support WAL.',
    );
  }
}

/** Takes the write lock first: of two processes that open a new file, one makes the schema and the other finds it. */
async function migrate(file: string, { handle, source }: SqliteConnection): Promise<void> {
  handle.exec('BEGIN IMMEDIATE');
  try {
    await appliedMigrations(file, source);
    await source.runMigrations({ transaction: 'none' });
    handle.exec('COMMIT');
  } catch (error) {
    handle.exec('ROLLBACK');
    throw error;
  }
}

async function requireSchema(file: string, source: DataSource): Promise<void> {
  const applied = await appliedMigrations(file, source);
  if (applied.length === 0) {
    throw new DatabaseUnusableError(file, 'holds no audit log', 'Check the path; nothing was made.');
  }
  if (applied.length < MIGRATIONS.length) {
    throw new DatabaseUnusableError(
      file,
      'is of an older version of this package',
      'Bring it up to date first: start the application with this version once.',
    );
  }
}

/** @throws SchemaTooNewError */
async function appliedMigrations(file: string, source: DataSource): Promise<readonly string[]> {
  const tables: unknown[] = await source.query('SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?', [
    'table',
    MIGRATIONS_TABLE,
  ]);
  if (tables.length === 0) {
    return [];
  }
  const rows: { name: string }[] = await source.query(`SELECT name FROM ${MIGRATIONS_TABLE}`);
  const known = new Set(MIGRATIONS.map((migration) => migration.name));
  const applied = rows.map((row) => row.name);
  const unknown = applied.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SchemaTooNewError(file, unknown);
  }
  return applied;
}

function prepareFolder(file: string): void {
  if (file === IN_MEMORY) {
    return;
  }
  const folder = dirname(resolve(file));
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseUnusableError(
      file,
      `cannot be created in the folder "${folder}" (${reasonOf(error)})`,
      'Give the process write access to the folder, or set the option "database" to a file in another one.',
      { cause: error },
    );
  }
  refuseFolder(file);
  if (file !== NAMELESS) {
    makePrivateFile(file);
  }
}

function refuseFolder(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new DatabaseUnusableError(file, 'is a folder', 'Set the option "database" to the path of a file.');
  }
}

/** A log holds personal data: a new file is for its owner only, and SQLite gives its other files the same mode. */
function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if (!existsSync(file)) {
      throw unusable(file, error);
    }
    // It is there already, with the mode its owner gave it.
  }
}

/**
 * Makes a folder and its missing parents. Not by `recursive`: where a file system answers ENOENT below
 * an existing folder (`/proc`), that option tries for ever.
 */
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(folder)) {
    if (parent !== folder) {
      makeFolder(parent);
    }
    try {
      mkdirSync(folder);
    } catch (error) {
      // Another process may have made it just now.
      if (!existsSync(folder)) {
        throw error;
      }
    }
  }
}

function unusable(file: string, error: unknown): Error {
  if (error instanceof DatabaseUnusableError || error instanceof SchemaTooNewError) {
    return error;
  }
  if (/has not been found installed/.test(reasonOf(error))) {
    return new DatabaseUnusableError(file, 'needs a driver', 'Run: npm install better-sqlite3', { cause: error });
  }
  return new DatabaseUnusableError(
    file,
    `cannot be opened (${reasonOf(error)})`,
    'Make sure it is an audit database of this package, that the process may write it, and that the disk has room.',
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
