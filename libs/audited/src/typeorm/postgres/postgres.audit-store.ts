import type { DataSource } from 'typeorm';
import { ServerAuditStore } from '../server/server.audit-store.js';
import type { StoreOptions } from '../store.options.js';
import { PostgresDatabase } from './postgres-database.js';
import { optionsBeside, postgresSettings, type PostgresLimits, type PostgresOptions } from './postgres.options.js';

/**
 * The log on a PostgreSQL server (13 or later): for several instances, and for logs that grow. Needs the driver `pg`.
 * Any number of processes may append; the database decides who is next. The connections are the store's own, and
 * every wait for the server has a limit.
 */
export class PostgresAuditStore extends ServerAuditStore {
  /** @throws OptionsInvalidError naming the option and the cure */
  constructor(options: PostgresOptions, storeOptions?: StoreOptions) {
    super(new PostgresDatabase(postgresSettings(options), storeOptions?.access), storeOptions);
  }

  /**
   * The log in the database of an application. It is reached with the same connection options but through a small pool
   * of its own: a transaction of the application that waits for a record must not wait for its own connection. The
   * schema of the application is not taken over; name one in `limits` if it shall not be `public`.
   *
   * @throws OptionsInvalidError when the DataSource is not of type 'postgres'
   */
  static beside(dataSource: DataSource, limits: PostgresLimits = {}, storeOptions?: StoreOptions): PostgresAuditStore {
    return new PostgresAuditStore(optionsBeside(dataSource, limits), storeOptions);
  }
}
