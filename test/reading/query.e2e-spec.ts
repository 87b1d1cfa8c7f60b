import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import fc from 'fast-check';
import { SqliteAuditStore, PostgresAuditStore } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { PostgresServer } from '../support/postgres-server.js';
import type { IndexTables } from '../support/reading/index-rows.js';
import { askedFor, mayBeSeen, SINGLE_FILTERS } from '../support/reading/queried-log.js';
import { queriedLog, tryQuery, type QueriedLog } from '../support/reading/query-trial.js';

const LOGS_OF_FILES = 6;
const LOGS_OF_SERVER = 3;
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

async function logInFile(seed: number): Promise<QueriedLog> {
  const file = join(folder, `log-${seed}.sqlite`);
  const store = new SqliteAuditStore(file);
  await store.open();
  disposals.push(() => store.close());
  return queriedLog(store, sqliteTables(file), seed);
}

let server: PostgresServer | undefined;

async function logOnServer(seed: number): Promise<QueriedLog> {
  if (server === undefined) {
    server = await PostgresServer.start();
    disposals.push(() => server?.dispose() ?? Promise.resolve());
  }
  const url = await server.newDatabase();
  const store = new PostgresAuditStore({ url });
  await store.open();
  disposals.push(() => store.close());
  return queriedLog(store, await postgresTables(url), seed);
}

describe.each([
  ['SQLite', logInFile, LOGS_OF_FILES, 200],
  ['PostgreSQL', logOnServer, LOGS_OF_SERVER, 60],
] as const)('queries of a log on %s', (_name, newLog, count, numRuns) => {
  const logs: QueriedLog[] = [];

  beforeAll(async () => {
    for (let seed = 0; seed < count; seed++) {
      logs.push(await newLog(seed));
    }
  }, 120_000);

  const logAt = (place: number): QueriedLog => {
    const log = logs[place % logs.length];
    if (log === undefined) {
      throw new Error('no log was made');
    }
    return log;
  };

  it('find by every filter alone what a look at every record finds', async () => {
    for (const [place, query] of SINGLE_FILTERS.entries()) {
      await tryQuery(logAt(place), query).catch((error: unknown) => {
        throw new Error(`log ${place % logs.length}, query ${JSON.stringify(query)}`, { cause: error });
      });
    }
  }, 120_000);

  it('find by any combination, for whoever asks, page by page, what a look at every record finds', async () => {
    const paging = fc.record({ limit: fc.integer({ min: 1, max: 30 }), offset: fc.integer({ min: 0, max: 40 }) });
    await fc.assert(
      fc.asyncProperty(fc.nat(), askedFor, mayBeSeen, paging, async (place, query, options, pages) => {
        await tryQuery(logAt(place), query, options, pages);
      }),
      { numRuns },
    );
  }, 180_000);
});
