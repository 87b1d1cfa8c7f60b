import type { DataSource } from 'typeorm';
import { OptionsInvalidError } from '../../event/audit.error.js';
import type { InboxDialect } from './inbox-dialect.js';
import type { InboxDrain } from './inbox-drain.js';
import { mysqlInboxDialect } from './mysql.inbox-dialect.js';
import { MysqlInboxDrain } from './mysql.inbox-drain.js';
import { postgresInboxDialect } from './postgres.inbox-dialect.js';
import { PostgresInboxDrain } from './postgres.inbox-drain.js';
import { sqliteInboxDialect } from './sqlite.inbox-dialect.js';
import { SqliteInboxDrain } from './sqlite.inbox-drain.js';

const DIALECTS: Readonly<Record<string, InboxDialect>> = {
  postgres: postgresInboxDialect,
  mysql: mysqlInboxDialect,
  mariadb: mysqlInboxDialect,
  'better-sqlite3': sqliteInboxDialect,
};

/** @throws OptionsInvalidError when no inbox was written for the driver */
export function inboxDialectOf(driver: string): InboxDialect {
  const dialect = Object.hasOwn(DIALECTS, driver) ? DIALECTS[driver] : undefined;
  if (dialect === undefined) {
    throw new OptionsInvalidError(
      'dataSource',
      `uses the driver "${driver}", which transactional records are not written for`,
      `Use one of: ${Object.keys(DIALECTS).join(', ')}.`,
    );
  }
  return dialect;
}

/** The schema that the DataSource's options name; only PostgreSQL's do. */
export function schemaOf(options: { readonly type: string }): string | undefined {
  return options.type === 'postgres' && 'schema' in options && typeof options.schema === 'string'
    ? options.schema
    : undefined;
}

/** For the drivers that `inboxDialectOf` accepts. */
export function inboxDrainOf(application: DataSource, statementTimeoutMs: number): InboxDrain {
  switch (application.options.type) {
    case 'postgres':
      return new PostgresInboxDrain(application, statementTimeoutMs);
    case 'mysql':
    case 'mariadb':
      return new MysqlInboxDrain(application, statementTimeoutMs);
    default:
      return new SqliteInboxDrain(application);
  }
}
