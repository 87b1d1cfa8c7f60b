import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkOneOf, checkShape, checkText } from '../event/option-checks.js';
import type { AuditReader } from '../storage/audit-reader.js';
import type { AuditStore } from '../storage/audit-store.js';
import type { ApplicationDataSource } from './application-data-source.js';
import { MysqlAuditStore } from './mysql/mysql.audit-store.js';
import type { MysqlOptions } from './mysql/mysql.options.js';
import { PostgresAuditStore } from './postgres/postgres.audit-store.js';
import type { PostgresOptions } from './postgres/postgres.options.js';
import { SqliteAuditStore } from './sqlite/sqlite.audit-store.js';

/** An embedded SQLite file. */
export interface SqliteDatabaseOptions {
  readonly type: 'sqlite';
  /** Its folder is made; `:memory:` for tests. */
  readonly file: string;
}

export type PostgresDatabaseOptions = { readonly type: 'postgres' } & PostgresOptions;
export type MysqlDatabaseOptions = { readonly type: 'mysql' | 'mariadb' } & Omit<MysqlOptions, 'warn'>;

/** Where the records live. */
export type DatabaseOptions = SqliteDatabaseOptions | PostgresDatabaseOptions | MysqlDatabaseOptions;

/** The log in a database, to write and to read. */
export type DatabaseStore = AuditStore & AuditReader;

const DEFAULT_FILE = 'audit.sqlite';
const IN_MEMORY = ':memory:';
const SPOOL_FOLDER = 'audit-spool';
const TYPES = ['sqlite', 'postgres', 'mysql', 'mariadb'];
const TYPE_OF_SCHEME: Readonly<Record<string, 'postgres' | 'mysql' | 'mariadb'>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mariadb',
};

/**
 * Reads the option `database`: a text is the URL of a server or the path of a SQLite file.
 *
 * @throws OptionsInvalidError naming the option and the cure; the parts of a URL are checked by the store
 */
export function resolveDatabase(given: unknown): DatabaseOptions {
  if (typeof given !== 'object' || given === null) {
    checkText('database', given);
    const text = given as string;
    const type = TYPE_OF_SCHEME[/^[a-z]+:(?=\/\/)/i.exec(text)?.[0].toLowerCase() ?? ''];
    if (type === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
      throw new OptionsInvalidError(
        'database',
        'is a URL of an unknown kind',
        'Give postgres://, mysql:// or mariadb://, or the path of a SQLite file.',
      );
    }
    return type === undefined ? { type: 'sqlite', file: text } : { type, url: text };
  }
  const { type } = given as { readonly type?: unknown };
  checkOneOf('database.type', type, TYPES);
  if (type === 'sqlite') {
    checkShape('database', given, ['type', 'file']);
    checkText('database.file', (given as { readonly file?: unknown }).file);
  }
  return Object.freeze({ ...(given as DatabaseOptions) });
}

/**
 * The store for a database; not yet open.
 *
 * @param given `undefined`: beside the application's DataSource, or a SQLite file where that is no server
 * @param warn told what an operator should know about the server's settings
 * @throws OptionsInvalidError naming the option and the cure
 */
export function storeFor(
  given: DatabaseOptions | undefined,
  application: ApplicationDataSource | undefined,
  warn: (message: string) => void,
): DatabaseStore {
  if (given === undefined) {
    return application === undefined ? new SqliteAuditStore(DEFAULT_FILE) : storeBeside(application, warn);
  }
  if (given.type === 'sqlite') {
    return new SqliteAuditStore(given.file);
  }
  try {
    return serverStore(given, warn);
  } catch (error) {
    throw error instanceof OptionsInvalidError ? error.within('database') : error;
  }
}

function serverStore(
  given: PostgresDatabaseOptions | MysqlDatabaseOptions,
  warn: (message: string) => void,
): DatabaseStore {
  if (given.type === 'postgres') {
    const { type: _postgres, ...options } = given;
    return new PostgresAuditStore(options);
  }
  const { type: _mysql, ...options } = given;
  return new MysqlAuditStore({ ...options, warn });
}

function storeBeside(application: ApplicationDataSource, warn: (message: string) => void): DatabaseStore {
  switch (application.options.type) {
    case 'postgres':
      return PostgresAuditStore.beside(application);
    case 'mysql':
    case 'mariadb':
      return MysqlAuditStore.beside(application, { warn });
    default:
      // A log in the same SQLite file would wait for every transaction of the application, and those for it.
      return new SqliteAuditStore(DEFAULT_FILE);
  }
}

/**
 * The folder of the spool for a database, unless one was given: events never get into another database than the one they
 * were meant for. `undefined` for a log in memory, which has nothing to wait for.
 */
export function spoolFolderFor(
  given: DatabaseOptions | undefined,
  application: ApplicationDataSource | undefined,
): string | undefined {
  const database = given ?? (isServer(application) ? application.options : { type: 'sqlite', file: DEFAULT_FILE });
  if ('file' in database) {
    return database.file === IN_MEMORY ? undefined : `${database.file}.spool`;
  }
  const { type, url, host, port, database: name, schema } = database as unknown as Readonly<Record<string, unknown>>;
  const place = JSON.stringify([type, withoutCredentials(url), host, port, name, schema]);
  return join(SPOOL_FOLDER, createHash('sha256').update(place).digest('hex').slice(0, 16));
}

function isServer(application: ApplicationDataSource | undefined): application is ApplicationDataSource {
  return application !== undefined && ['postgres', 'mysql', 'mariadb'].includes(application.options.type);
}

/** A password that is rotated must not make the spool look for another folder. */
function withoutCredentials(url: unknown): string | undefined {
  return typeof url === 'string' ? url.replace(/\/\/[^@/]*@/, '//') : undefined;
}
