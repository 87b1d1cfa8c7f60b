import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { PostgresAuditStore, SqliteAuditStore } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { PostgresDialect } from '../../libs/audited/src/typeorm/postgres/postgres-dialect.js';
import { SQLITE_DIALECT } from '../../libs/audited/src/typeorm/sqlite/sqlite-dialect.js';
import { PostgresServer } from '../support/postgres-server.js';
import { statisticsEqualAScan, type LogUnderTest } from '../support/statistics-property.js';

const POSITION = 'SELECT position FROM audit_projections WHERE projection =';

describe('statistics of a SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audited-statistics-'));
  let files = 0;

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function newLog(): Promise<LogUnderTest> {
    const file = join(folder, `${++files}.sqlite`);
    const store = new SqliteAuditStore(file);
    await store.open();
    const beside = new BetterSqlite3(file);
    beside.pragma('synchronous = OFF');
    return {
      store,
      dialect: SQLITE_DIALECT,
      run: async (statements) =>
        beside.transaction(() => statements.forEach(({ sql, values }) => beside.prepare(sql).run(...values)))(),
      positionOf: async (projection, chain) => {
        const row = beside.prepare(`${POSITION} ? AND chain = ?`).get(projection, chain);
        return (row as { position: number } | undefined)?.position ?? 0;
      },
      close: async () => {
        beside.close();
        await store.close();
      },
    };
  }

  it('are those of a scan, wherever the counts are, while events are appended and after they were pruned', async () => {
    await statisticsEqualAScan(newLog, 25);
  }, 120_000);
});

describe('statistics on PostgreSQL', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start();
  }, 60_000);
  afterAll(() => server.dispose(), 60_000);

  async function newLog(): Promise<LogUnderTest> {
    const url = await server.newDatabase();
    const store = new PostgresAuditStore({ url });
    await store.open();
    const beside = new pg.Client({ connectionString: url });
    await beside.connect();
    return {
      store,
      dialect: new PostgresDialect('public'),
      run: async (statements) => {
        await beside.query('BEGIN');
        for (const { sql, values } of statements) {
          await beside.query(sql, [...values]);
        }
        await beside.query('COMMIT');
      },
      positionOf: async (projection, chain) => {
        const { rows } = await beside.query<{ position: string }>(`${POSITION} $1 AND chain = $2`, [projection, chain]);
        return Number(rows[0]?.position ?? 0);
      },
      close: async () => {
        await beside.end();
        await store.close();
      },
    };
  }

  it('are those of a scan, wherever the counts are, while events are appended and after they were pruned', async () => {
    await statisticsEqualAScan(newLog, 8);
  }, 180_000);
});
