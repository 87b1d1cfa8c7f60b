import type { Pool, PoolOptions } from 'mysql2';
import { DataSource, type Logger } from 'typeorm';
import { DatabaseUnusableError } from '../../event/audit.error.js';
import { inTime } from './in-time.js';
import { MysqlPool } from './mysql-pool.js';
import { MYSQL_MIGRATIONS, MYSQL_MIGRATIONS_TABLE } from './mysql-schema.js';
import type { MysqlSettings } from './mysql.options.js';

/** Longest time a server may take to say good-bye. */
const GOODBYE_TIMEOUT_MS = 2000;

/** The part of the driver that is used. */
interface MysqlDriver {
  createPool(options: PoolOptions): Pool;
}

/** TypeORM's DataSource, for the schema, and its pool, for everything else. */
export class MysqlConnections {
  private constructor(
    readonly source: DataSource,
    readonly pool: MysqlPool,
  ) {}

  /** Connects once, to see that it can be done. When it rejects, nothing is left open. */
  static async open(settings: MysqlSettings): Promise<MysqlConnections> {
    const driver = await loadDriver(settings.place);
    let pool: MysqlPool | undefined;
    const createPool = (poolOptions: PoolOptions): Pool => {
      const created = driver.createPool(poolOptions);
      pool = new MysqlPool(created, settings);
      return created;
    };
    const source = dataSource(settings, { createPool });
    try {
      // The driver limits the time until it is connected, TypeORM asks for the version then.
      await inTime(source.initialize(), settings.connectTimeoutMs + settings.statementTimeoutMs);
      if (pool === undefined) {
        throw new Error('TypeORM did not use the given driver');
      }
      return new MysqlConnections(source, pool);
    } catch (error) {
      pool?.destroyAll();
      throw error;
    }
  }

  /** Ends all connections; by force those that the server does not end in time. */
  async close(): Promise<void> {
    try {
      await inTime(this.source.destroy(), GOODBYE_TIMEOUT_MS);
    } catch {
      // Nothing is lost by ending without the server's answer: no transaction is open.
      this.pool.destroyAll();
    }
  }
}

function dataSource({ connection, extra, poolSize, connectTimeoutMs }: MysqlSettings, driver: MysqlDriver): DataSource {
  return new DataSource({
    ...connection,
    type: 'mysql',
    driver,
    migrations: MYSQL_MIGRATIONS,
    migrationsTableName: MYSQL_MIGRATIONS_TABLE,
    synchronize: false,
    logger: SILENCE,
    extra: {
      ...extra,
      ...OWN_SETTINGS,
      connectTimeout: connectTimeoutMs,
      connectionLimit: poolSize,
      maxIdle: poolSize,
    },
  });
}

/** What goes wrong is reported by an error; TypeORM would write a migration that fails to the console, whatever is set. */
const SILENCE: Logger = {
  log: () => undefined,
  logMigration: () => undefined,
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
};

/** What an application may have set otherwise for its own pool. */
const OWN_SETTINGS = {
  charset: 'utf8mb4',
  supportBigNumbers: true,
  // Positions are whole numbers far below 2^53; the driver makes texts of those that are not.
  bigNumberStrings: false,
  waitForConnections: true,
  queueLimit: 0,
  multipleStatements: false,
  namedPlaceholders: false,
  rowsAsArray: false,
  nestTables: false,
  stringifyObjects: true,
  dateStrings: true,
  typeCast: true,
  enableKeepAlive: true,
};

async function loadDriver(place: string): Promise<MysqlDriver> {
  try {
    return await import('mysql2');
  } catch (error) {
    throw new DatabaseUnusableError(place, 'needs a driver', 'Run: npm install mysql2', { cause: error });
  }
}
