import type { DataSource } from 'typeorm';
import type { InboxDrain } from './inbox-drain.js';
import { MysqlInboxDrain } from './mysql.inbox-drain.js';
import { PostgresInboxDrain } from './postgres.inbox-drain.js';
import { SqliteInboxDrain } from './sqlite.inbox-drain.js';

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
