import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkOneOf, checkShape, checkText } from '../event/option-checks.js';
import type { ApplicationDataSource } from './application-data-source.js';
import { mysqlSettings, optionsBeside as besideMysql, type MysqlOptions } from './mysql/mysql.options.js';
import {
  optionsBeside as besidePostgres,
  postgresSettings,
  type PostgresOptions,
} from './postgres/postgres.options.js';

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

/** Where the log is when nothing is said. */
export const DEFAULT_FILE = 'audit.sqlite';
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
 * @throws OptionsInvalidError naming the option and the cure
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
    return type === undefined ? { type: 'sqlite', file: text } : checkedServer({ type, url: text });
  }
  const { type } = given as { readonly type?: unknown };
  checkOneOf('database.type', type, TYPES);
  if (type === 'sqlite') {
    checkShape('database', given, ['type', 'file']);
    checkText('database.file', (given as { readonly file?: unknown }).file);
    return Object.freeze({ ...(given as SqliteDatabaseOptions) });
  }
  return checkedServer(given as PostgresDatabaseOptions | MysqlDatabaseOptions);
}

/** The rules are those of the stores; the names, those of the module. */
function checkedServer(
  given: PostgresDatabaseOptions | MysqlDatabaseOptions,
): PostgresDatabaseOptions | MysqlDatabaseOptions {
  try {
    if (given.type === 'postgres') {
      const { type: _postgres, ...options } = given;
      postgresSettings(options);
    } else {
      const { type: _mysql, ...options } = given;
      mysqlSettings(options);
    }
  } catch (error) {
    throw error instanceof OptionsInvalidError ? error.within('database') : error;
  }
  return Object.freeze({ ...given });
}

/**
 * The folder of the spool for a database, unless one was given: events never get into another database than the one they
 * were meant for. `undefined` for a log in memory, which has nothing to wait for.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function spoolFolderFor(
  given: DatabaseOptions | undefined,
  application: ApplicationDataSource | undefined,
): string | undefined {
  const place = serverPlace(given, application);
  if (place !== undefined) {
    // Who connects and with which password is not part of it: a credential that is rotated must find the spool again.
    return join(SPOOL_FOLDER, createHash('sha256').update(place).digest('hex').slice(0, 16));
  }
  const file = given !== undefined && 'file' in given ? given.file : DEFAULT_FILE;
  return file === IN_MEMORY ? undefined : `${file}.spool`;
}

/** Host, port, database and schema of a server; `undefined` for SQLite. */
function serverPlace(
  given: DatabaseOptions | undefined,
  application: ApplicationDataSource | undefined,
): string | undefined {
  const type = given?.type ?? application?.options.type;
  if (type === 'postgres') {
    const { place, schema } = postgresSettings(optionsOf(given) ?? besidePostgres(opened(application), {}));
    return JSON.stringify([type, place, schema]);
  }
  if (type === 'mysql' || type === 'mariadb') {
    // The two speak the same protocol: what one option calls MySQL, another may call MariaDB.
    return JSON.stringify(['mysql', mysqlSettings(optionsOf(given) ?? besideMysql(opened(application), {})).place]);
  }
  return undefined;
}

function optionsOf(given: DatabaseOptions | undefined): object | undefined {
  if (given === undefined) {
    return undefined;
  }
  const { type: _type, ...options } = given;
  return options;
}

function opened(application: ApplicationDataSource | undefined): ApplicationDataSource {
  if (application === undefined) {
    throw new OptionsInvalidError('database', 'is missing', 'Name a database or the DataSource of the application.');
  }
  return application;
}
