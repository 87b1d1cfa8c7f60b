import type { DataSource } from 'typeorm';
import { ServerAuditStore } from '../server/server.audit-store.js';
import type { StoreOptions } from '../store.options.js';
import { MysqlDatabase } from './mysql-database.js';
import { mysqlSettings, optionsBeside, type MysqlLimits, type MysqlOptions } from './mysql.options.js';

/**
 * The log on MariaDB (10.6 or later) or MySQL (8.0.17 or later), over the driver `mysql2`. Any number of processes append
 * to one chain: the row of its head is the lock.
 *
 * An account that only appends and reads needs SELECT, INSERT and UPDATE; CREATE and TRIGGER are needed once, by whoever
 * opens the log for the first time with a version of this package. Give no account of an application DROP: TRUNCATE goes
 * by the triggers that keep the log append-only.
 */
export class MysqlAuditStore extends ServerAuditStore {
  /** @throws OptionsInvalidError naming the option and the cure */
  constructor(options: MysqlOptions, storeOptions?: StoreOptions) {
    super(new MysqlDatabase(mysqlSettings(options), storeOptions?.access), storeOptions);
  }

  /**
   * A log in the database of an application, over connections of its own: a pool that the application has emptied never
   * keeps a record waiting.
   *
   * @param dataSource its connection options are used; it need not be open
   * @throws OptionsInvalidError when it is not a MySQL or MariaDB DataSource
   */
  static beside(dataSource: DataSource, limits: MysqlLimits = {}, storeOptions?: StoreOptions): MysqlAuditStore {
    return new MysqlAuditStore(optionsBeside(dataSource, limits), storeOptions);
  }
}
