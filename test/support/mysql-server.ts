import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';

const DEFAULT_URL = 'mysql://root@127.0.0.1:3306';
const CONNECT_TIMEOUT_MS = 3000;

/** A MySQL or MariaDB server that tests may make databases and accounts on; it takes them away again. */
export class MysqlServer {
  private readonly databases: string[] = [];
  private readonly accounts: string[] = [];

  private constructor(
    private readonly url: URL,
    readonly administrator: Connection,
  ) {}

  /** @returns why there is none, when it can not be reached */
  static async find(): Promise<MysqlServer | string> {
    const url = new URL(process.env['AUDITED_TEST_MYSQL_URL'] ?? DEFAULT_URL);
    try {
      const administrator = await createConnection({ uri: url.href, connectTimeout: CONNECT_TIMEOUT_MS });
      return new MysqlServer(url, administrator);
    } catch (error) {
      return `no MySQL server at ${url.host} (${(error as Error).message}); name one in AUDITED_TEST_MYSQL_URL`;
    }
  }

  get host(): string {
    return this.url.hostname;
  }

  get port(): number {
    return Number(this.url.port === '' ? 3306 : this.url.port);
  }

  /** @returns the URL of a new database, for the account of the tests */
  async newDatabase(): Promise<string> {
    const name = `audited_test_${process.pid}_${this.databases.length + 1}`;
    this.databases.push(name);
    await this.run(`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name} CHARACTER SET latin1`);
    return this.urlOf(name);
  }

  urlOf(database: string, account?: { readonly username: string; readonly password: string }): string {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    if (account !== undefined) {
      url.username = account.username;
      url.password = account.password;
    }
    return url.href;
  }

  /** @param rights what stands between GRANT and TO; a new account has none */
  async newAccount(...rights: readonly string[]): Promise<{ username: string; password: string }> {
    const username = `audited_${process.pid}_${this.accounts.length + 1}`;
    this.accounts.push(username);
    await this.run(`DROP USER IF EXISTS '${username}'@'%'`, `CREATE USER '${username}'@'%' IDENTIFIED BY 'pass%word'`);
    await this.run(...rights.map((right) => `GRANT ${right} TO '${username}'@'%'`));
    return { username, password: 'pass%25word' };
  }

  async run(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) {
      await this.administrator.query(statement);
    }
  }

  async rows(sql: string): Promise<readonly Record<string, unknown>[]> {
    const [rows] = await this.administrator.query<RowDataPacket[]>(sql);
    return rows;
  }

  /** Ends every connection to a database, as an administrator does. */
  async killConnections(url: string): Promise<number> {
    const processes = await this.rows(
      `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB = '${databaseOf(url)}'`,
    );
    await this.run(...processes.map(({ id }) => `KILL ${String(id)}`));
    return processes.length;
  }

  /** Does what somebody with all rights does: drops the triggers first. */
  async tamper(url: string, ...statements: readonly string[]): Promise<void> {
    const database = databaseOf(url);
    const triggers = await this.rows(
      `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}'`,
    );
    await this.run(`USE ${database}`, ...triggers.map(({ name }) => `DROP TRIGGER ${String(name)}`), ...statements);
  }

  async end(): Promise<void> {
    await this.run(...this.databases.map((name) => `DROP DATABASE IF EXISTS ${name}`));
    await this.run(...this.accounts.map((name) => `DROP USER IF EXISTS '${name}'@'%'`));
    await this.administrator.end();
  }
}

/** The name of the database in a URL. */
export function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
