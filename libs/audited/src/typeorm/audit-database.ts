import type { AuditReader } from '../storage/audit-reader.js';
import type { AuditStore } from '../storage/audit-store.js';
import type { StatisticsReader } from '../storage/reading/audit-statistics.js';
import type { ApplicationDataSource } from './application-data-source.js';
import type { DatabaseCustody } from './custody/database-custody.js';
import type { DatabaseLedger } from './delivery/database-ledger.js';
import type { DatabaseIndex } from './reading/projections/database-index.js';
import { DEFAULT_FILE, type DatabaseOptions } from './database.options.js';
import type { StoreOptions } from './store.options.js';

/** The log in a database: to write, to read, and what custody, delivery and the index need of it. */
export type DatabaseStore = AuditStore &
  AuditReader &
  StatisticsReader & { custody(): DatabaseCustody; ledger(): DatabaseLedger; index(): DatabaseIndex };

/**
 * The store for a database; not yet open. Only what that database needs is loaded: an application on SQLite has no use for the
 * code of the servers, nor for TypeORM where nothing is to be migrated.
 *
 * @param given `undefined`: beside the application's DataSource, or a SQLite file where that is no server
 * @param warn told what an operator should know about the server's settings
 * @param storeOptions what every store may be told
 * @throws OptionsInvalidError when the application's DataSource cannot be stood beside
 */
export async function storeFor(
  given: DatabaseOptions | undefined,
  application: ApplicationDataSource | undefined,
  warn: (message: string) => void,
  storeOptions: StoreOptions = {},
): Promise<DatabaseStore> {
  if (given === undefined) {
    return application === undefined
      ? sqliteStore(DEFAULT_FILE, storeOptions)
      : storeBeside(application, warn, storeOptions);
  }
  if (given.type === 'sqlite') {
    return sqliteStore(given.file, storeOptions);
  }
  if (given.type === 'postgres') {
    const { PostgresAuditStore } = await import('./postgres/postgres.audit-store.js');
    const { type: _postgres, ...options } = given;
    return new PostgresAuditStore(options, storeOptions);
  }
  const { MysqlAuditStore } = await import('./mysql/mysql.audit-store.js');
  const { type: _mysql, ...options } = given;
  return new MysqlAuditStore({ ...options, warn }, storeOptions);
}

async function storeBeside(
  application: ApplicationDataSource,
  warn: (message: string) => void,
  storeOptions: StoreOptions,
): Promise<DatabaseStore> {
  switch (application.options.type) {
    case 'postgres': {
      const { PostgresAuditStore } = await import('./postgres/postgres.audit-store.js');
      return PostgresAuditStore.beside(application, {}, storeOptions);
    }
    case 'mysql':
    case 'mariadb': {
      const { MysqlAuditStore } = await import('./mysql/mysql.audit-store.js');
      return MysqlAuditStore.beside(application, { warn }, storeOptions);
    }
    default:
      // A log in the same SQLite file would wait for every transaction of the application, and those for it.
      return sqliteStore(DEFAULT_FILE, storeOptions);
  }
}

async function sqliteStore(file: string, storeOptions: StoreOptions): Promise<DatabaseStore> {
  const { SqliteAuditStore } = await import('./sqlite/sqlite.audit-store.js');
  return new SqliteAuditStore(file, storeOptions);
}
