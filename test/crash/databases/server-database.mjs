import { randomBytes } from 'node:crypto';
import { StallingProxy } from './stalling-proxy.mjs';

/** How long the application's own queries may take; an application without such limits hangs with its database. */
const BUSINESS_TIMEOUT_MS = 400;

/** What differs between the servers for whoever looks at the tables from outside. */
const SERVERS = {
  postgres: {
    async start(folder) {
      const given = process.env.AUDITED_TEST_POSTGRES_URL;
      if (given !== undefined) {
        return { url: new URL(given), stop: () => Promise.resolve() };
      }
      const { PostgresServer } = await import('./postgres-server.mjs');
      const server = await PostgresServer.start(folder);
      return { url: new URL(server.url('postgres')), stop: () => server.stop() };
    },
    async connect(url, whenBroken) {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: url });
      client.on('error', whenBroken);
      await client.connect();
      return {
        query: async (sql, values) => (await client.query(sql, values)).rows,
        end: () => client.end(),
      };
    },
    tableExists: `SELECT count(*) AS count FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_name = 'audit_inbox'`,
    after: 'position > $1',
    drop: (name) => `DROP DATABASE ${name} WITH (FORCE)`,
    timeouts: {
      extra: {
        max: 8,
        connectionTimeoutMillis: BUSINESS_TIMEOUT_MS,
        query_timeout: BUSINESS_TIMEOUT_MS,
        idle_in_transaction_session_timeout: 5000,
      },
    },
  },
  mysql: {
    start: () =>
      Promise.resolve({
        url: new URL(process.env.AUDITED_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306'),
        stop: () => Promise.resolve(),
      }),
    async connect(url, whenBroken) {
      const { createConnection } = await import('mysql2/promise');
      const connection = await createConnection({ uri: url });
      connection.on('error', whenBroken);
      return {
        query: async (sql, values) => (await connection.query(sql, values))[0],
        end: () => connection.end(),
      };
    },
    tableExists: `SELECT count(*) AS count FROM information_schema.tables
      WHERE table_schema = database() AND table_name = 'audit_inbox'`,
    after: 'position > ?',
    drop: (name) => `DROP DATABASE ${name}`,
    timeouts: { connectTimeout: BUSINESS_TIMEOUT_MS, extra: { connectionLimit: 8 } },
  },
};

/**
 * A database of one's own on a server, reached through a proxy that can fail as networks do. The log, the inbox and
 * the application's tables are in it; whoever judges takes the direct way.
 */
export class ServerDatabase {
  outages = { cut: 1, stall: 1 };
  /**
   * `own`: the audit log has connections of its own. `application`: it uses the application's DataSource.
   * `direct`: only the way to the audit log can fail, the application reaches its tables and the inbox all the time.
   */
  variants = { own: 2, application: 1, direct: 1 };
  #type;
  #name;
  #server;
  #proxy;
  #proxyPort;
  #client;

  /**
   * @param {'postgres' | 'mysql'} type
   * @param {string} folder where an embedded server may keep its files
   * @param {{ url: URL, stop(): Promise<void> }} [server] instead of the one that the environment names
   */
  static async create(type, folder, server) {
    const database = new ServerDatabase();
    database.#type = type;
    database.#server = server ?? (await SERVERS[type].start(folder));
    database.#name = `audited_crash_${process.pid}_${randomBytes(3).toString('hex')}`;
    await database.#administrate(`CREATE DATABASE ${database.#name}`);
    await database.#ask('CREATE TABLE crash_orders (id VARCHAR(64) PRIMARY KEY, kind VARCHAR(16) NOT NULL)');
    const { hostname: host, port } = database.#server.url;
    database.#proxy = new StallingProxy({ host, port: Number(port) || (type === 'postgres' ? 5432 : 3306) });
    database.#proxyPort = await database.#proxy.listen();
    return database;
  }

  /** Options of the module, and of the application's own DataSource. */
  settings(variant) {
    const proxied = this.#url(this.#proxyPort);
    const own = { database: { type: this.#type, url: proxied } };
    return {
      audit: { ...(variant === 'application' ? {} : own), dataSource: 'default' },
      business: {
        type: this.#type,
        url: variant === 'direct' ? this.#url() : proxied,
        ...SERVERS[this.#type].timeouts,
      },
    };
  }

  /** Where the database is, without the proxy. */
  get directUrl() {
    return this.#url();
  }

  beginOutage(kind) {
    this.#proxy[kind]();
  }

  endOutage() {
    this.#proxy.open();
  }

  /** Rows of the main chain behind a position, in the order of positions. */
  recordsAfter(position) {
    return this.#ask(
      `SELECT position, id, type, stage, outcome, resource_id, body FROM audit_records
       WHERE chain = 'main' AND ${SERVERS[this.#type].after} ORDER BY position`,
      [position],
    );
  }

  async totals() {
    const [totals] = await this.#ask(
      `SELECT count(*) AS records, count(DISTINCT id) AS ids, min(position) AS first, max(position) AS last
       FROM audit_records WHERE chain = 'main'`,
    );
    return totals;
  }

  /** Keys of the business rows. */
  orders() {
    return this.#ask('SELECT id, kind FROM crash_orders');
  }

  /** How many events wait in the inbox. */
  async waiting() {
    const [{ count: tables }] = await this.#ask(SERVERS[this.#type].tableExists);
    if (Number(tables) === 0) {
      return 0;
    }
    const [{ count }] = await this.#ask('SELECT count(*) AS count FROM audit_inbox');
    return Number(count);
  }

  async close() {
    this.#proxy.close();
    await (await this.#client)?.end();
    await this.#administrate(SERVERS[this.#type].drop(this.#name));
    await this.#server.stop();
  }

  /** By one connection that is made anew when the server was away. */
  async #ask(sql, values) {
    this.#client ??= SERVERS[this.#type].connect(this.#url(), () => (this.#client = undefined));
    return (await this.#client).query(sql, values);
  }

  async #administrate(sql) {
    const connection = await SERVERS[this.#type].connect(this.#server.url.href, () => undefined);
    await connection.query(sql);
    await connection.end();
  }

  #url(port) {
    const url = new URL(this.#server.url);
    url.pathname = `/${this.#name}`;
    if (port !== undefined) {
      url.hostname = '127.0.0.1';
      url.port = String(port);
    }
    return url.href;
  }
}
