import { existsSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { DatabaseUnusableError } from '../../event/audit.error.js';
import { IN_MEMORY, prepareFolder, refuseFolder, unusable, type SqliteConnection } from './sqlite-file.js';
import { isUpToDate, requireSchema } from './sqlite-schema.js';

/** How long a writer of another process is waited for. */
const BUSY_TIMEOUT_MS = 5000;
/** Page cache; indexes of some million records stay in memory. */
const CACHE_KIB = 65_536;
/** The same for those who only read: what they look for is spread over the file, and the system keeps it in memory too. */
const READ_CACHE_KIB = 16_384;
/** A larger log between checkpoints makes fewer random writes. 8000 pages are 32 MB. */
const CHECKPOINT_PAGES = 8000;

/**
 * Opens the log for writing: makes the folder, brings the schema up to date by migrations, and makes
 * sure that a commit survives a power cut.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export async function openForWriting(file: string): Promise<SqliteConnection> {
  prepareFolder(file);
  try {
    return (isNew(file) ? undefined : await openUpToDate(file)) ?? (await openAndMigrate(file));
  } catch (error) {
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
  try {
    return await connect(file, (handle) => {
      setPragmas(handle, READ_CACHE_KIB);
      handle.pragma('query_only = ON');
      requireSchema(file, handle);
    });
  } catch (error) {
    throw unusable(file, error);
  }
}

function isNew(file: string): boolean {
  return file === IN_MEMORY || statSync(file, { throwIfNoEntry: false })?.size === 0;
}

/** The log as it is; `undefined` when its schema is still to be made or changed. */
async function openUpToDate(file: string): Promise<SqliteConnection | undefined> {
  let isReady = false;
  const connection = await connect(file, (handle) => {
    prepareForWriting(handle);
    requireDurability(file, handle);
    isReady = isUpToDate(file, handle);
  });
  if (isReady) {
    return connection;
  }
  await connection.close();
  return undefined;
}

async function openAndMigrate(file: string): Promise<SqliteConnection> {
  // Loaded where it is needed: TypeORM takes its time, and most starts have nothing to migrate.
  const { openMigrated } = await import('./sqlite-migrations.js');
  return openMigrated(file, BUSY_TIMEOUT_MS, (handle) => {
    prepareForWriting(handle);
    requireDurability(file, handle);
  });
}

async function connect(file: string, prepare: (handle: Database) => void): Promise<SqliteConnection> {
  const { default: Driver } = await import('better-sqlite3');
  const handle = new Driver(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    prepare(handle);
  } catch (error) {
    handle.close();
    throw error;
  }
  return {
    handle,
    close: () => {
      handle.close();
      return Promise.resolve();
    },
  };
}

function prepareForWriting(handle: Database): void {
  handle.pragma('journal_mode = WAL');
  setPragmas(handle, CACHE_KIB);
}

function setPragmas(handle: Database, cacheKib: number): void {
  // TypeORM's enableWAL would leave synchronous at NORMAL, which loses commits at a power cut.
  handle.pragma('synchronous = FULL');
  handle.pragma(`cache_size = -${cacheKib}`);
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
