import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { SqliteAuditStore, PostgresAuditStore } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { PostgresServer } from '../support/postgres-server.js';
import type { IndexTables } from '../support/reading/index-rows.js';
import type { EmptyLog } from '../support/reading/query-trial.js';
import { queryCases } from '../support/reading/query.cases.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-query-'));
const disposals: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const dispose of disposals.reverse()) {
    await dispose();
  }
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function sqliteTables(file: string): IndexTables {
  const database = new BetterSqlite3(file, { timeout: 10_000 });
  disposals.push(() => Promise.resolve(database.close()));
  return {
    documentKey: 'rowid',
    columnText: (text) => text,
    run: (sql, values = []) => {
      const statement = database.prepare<unknown[], Record<string, unknown>>(sql);
      return Promise.resolve(statement.reader ? statement.all(...values) : (statement.run(...values), []));
    },
  };
}

async function postgresTables(url: string): Promise<IndexTables> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  disposals.push(() => client.end());
  return {
    documentKey: 'sequence',
    columnText: (text) => text.replaceAll('\u2400', '\u2400\u2400').replaceAll('\0', '\u24000'),
    run: async (sql, values = []) => {
      let place = 0;
      return (
        await client.query<Record<string, unknown>>(
          sql.replaceAll('?', () => `$${++place}`),
          [...values],
        )
      ).rows;
    },
  };
}

let files = 0;

async function newFile(): Promise<EmptyLog> {
  const file = join(folder, `log-${++files}.sqlite`);
  const store = new SqliteAuditStore(file);
  await store.open();
  disposals.push(() => store.close());
  return { store, tables: sqliteTables(file) };
}

let server: PostgresServer | undefined;

async function newDatabase(): Promise<EmptyLog> {
  if (server === undefined) {
    const started = (server = await PostgresServer.start());
    disposals.push(() => started.dispose());
  }
  const url = await server.newDatabase();
  const store = new PostgresAuditStore({ url });
  await store.open();
  disposals.push(() => store.close());
  return { store, tables: await postgresTables(url) };
}

describe('queries of a log in a SQLite file', () => {
  for (const { promise, run } of queryCases(newFile, { logs: 6, runs: 200 })) {
    it(promise, run, 240_000);
  }
});

describe('queries of a log on PostgreSQL', () => {
  for (const { promise, run } of queryCases(newDatabase, { logs: 3, runs: 40 })) {
    it(promise, run, 240_000);
  }
});
