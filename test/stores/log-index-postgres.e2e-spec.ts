import { anAppendableEvent, logIndexContract, type LogIndexUnderTest } from 'nestjs-audited/testing';
import { PostgresAuditStore, type PostgresOptions } from 'nestjs-audited/typeorm';
import { assertIndexIsExact } from '../../libs/audited/src/testing/indexed-records.js';
import { DatabaseCustody } from '../../libs/audited/src/typeorm/custody/database-custody.js';
import { PostgresDatabase } from '../../libs/audited/src/typeorm/postgres/postgres-database.js';
import { postgresSettings } from '../../libs/audited/src/typeorm/postgres/postgres.options.js';
import { DatabaseIndex } from '../../libs/audited/src/typeorm/reading/projections/database-index.js';
import { SearchProjection } from '../../libs/audited/src/typeorm/reading/projections/search.projection.js';
import { StatisticsProjection } from '../../libs/audited/src/typeorm/reading/projections/statistics.projection.js';
import { PostgresServer } from '../support/postgres-server.js';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

function logIn(url: string): LogIndexUnderTest {
  const store = new PostgresAuditStore({ url });
  return {
    store,
    custody: store.custody(),
    index: store.index(),
    documentKey: 'sequence',
    select: (sql) => server.administer(url, sql),
    // NUL is no text for PostgreSQL.
    textOf: (column) => column.replace(/\u2400([0\u2400])/g, (_, kept) => (kept === '0' ? '\0' : '\u2400')),
    another: () => logIn(url),
  };
}

async function opened<Result>(
  options: PostgresOptions,
  work: (store: PostgresAuditStore) => Promise<Result>,
): Promise<Result> {
  const store = new PostgresAuditStore(options);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function advanceToEnd(index: DatabaseIndex | LogIndexUnderTest['index']): Promise<void> {
  while (!(await index.advance(50)).isCaughtUp);
}

describe('the index of PostgresAuditStore', () => {
  for (const { promise, run } of logIndexContract(async () => logIn(await server.newDatabase()))) {
    it(promise, run);
  }

  it('takes in a log of an older version', async () => {
    const url = await server.newDatabase();
    await aLogOfThePreviousVersion({ options: { type: 'postgres', url } }, 30);
    const log = logIn(url);
    await log.store.open();
    await advanceToEnd(log.index);
    expect(await assertIndexIsExact(log)).toBe(30);
    await log.store.close();
  });
});

describe('a partition that is dropped', () => {
  const month = (records: number, of: string): readonly ReturnType<typeof anAppendableEvent>[] =>
    Array.from({ length: records }, (_, index) =>
      anAppendableEvent(
        { recordedAt: `2025-${of}-15T00:00:00.000Z`, sessionId: `s-${index}`, details: { index } },
        { '/actor/email': 'ada@example.org' },
      ),
    );

  /** Two months with partitions, 700 records each, and one with 10 in the default partition. */
  async function aLogOfMonths(): Promise<string> {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      await server.administer(
        url,
        ['01', '02']
          .map(
            (of) => `CREATE TABLE audit_records_2025_${of} PARTITION OF audit_records
            FOR VALUES FROM ('2025-${of}') TO ('2025-${of}-99')`,
          )
          .join(';'),
      );
      await store.append('main', month(700, '01'));
      await store.append('main', month(700, '02'));
      await store.append('main', month(10, '03'));
    });
    return url;
  }

  const partitions = async (url: string): Promise<readonly unknown[]> =>
    server.administer(url, "SELECT 1 FROM pg_class WHERE relname ~ '^audit_records_2025_..$' AND relkind = 'r'");

  it.each([
    ['everything is taken in', 2000],
    ['a part of it is taken in', 1000],
    ['nothing is taken in', 0],
  ])(
    'takes what the index has of it along, when %s',
    async (_what, taken) => {
      const url = await aLogOfMonths();
      const database = new PostgresDatabase(postgresSettings({ url }));
      await database.open();
      const { dialect } = database.custody;
      const projections = [new SearchProjection(dialect), new StatisticsProjection(dialect)];
      const index = new DatabaseIndex(database.custody, projections);
      for (let records = 0, step = 0; records < taken; step++) {
        const { records: more, isCaughtUp } = await index.advance(250);
        records = isCaughtUp ? taken : records + more;
      }
      const custody = new DatabaseCustody(database.custody, projections);
      const log = logIn(url);
      const requireExact = async (): Promise<void> => {
        await assertIndexIsExact(log);
        const [row] = await server.administer<{ counted: string; there: string }>(
          url,
          `SELECT coalesce((SELECT sum(count) FROM audit_counts WHERE span = 1440), 0) AS counted, (SELECT count(*) FROM audit_records
           JOIN audit_projections kept USING (chain)
           WHERE projection = 'statistics' AND audit_records.position <= kept.position) AS there`,
        );
        expect(row?.counted).toBe(row?.there);
      };
      expect(await custody.removePrefix('main', 1000)).toBe(1000);
      expect(await partitions(url)).toHaveLength(1);
      await requireExact();
      const [, removed] = await Promise.all([advanceToEnd(index), custody.removePrefix('main', 1405)]);
      // Where the index moves through a partition meanwhile, its records may go one after another instead.
      expect(removed).toBe(405);
      await advanceToEnd(index);
      await requireExact();
      expect(await index.lag()).toEqual([
        { index: 'search', records: 0 },
        { index: 'statistics', records: 0 },
      ]);
      await database.close();
    },
    60_000,
  );
});

describe('the index over the documents', () => {
  const definition = async (url: string): Promise<string | undefined> => {
    const [row] = await server.administer<{ definition: string }>(
      url,
      "SELECT indexdef AS definition FROM pg_indexes WHERE indexname = 'audit_documents_trigrams'",
    );
    return row?.definition;
  };

  it('is made where pg_trgm can be had, wherever it is, and finds any part of a word', async () => {
    const url = await server.newDatabase();
    await server.administer(url, 'CREATE SCHEMA "Ext"; CREATE EXTENSION pg_trgm SCHEMA "Ext"; CREATE SCHEMA "Log"');
    await opened({ url, schema: 'Log' }, async (store) => {
      await store.append('main', [anAppendableEvent({ reason: 'Größenwahn' }), anAppendableEvent()]);
      await advanceToEnd(store.index());
    });
    expect(await definition(url)).toMatch(/USING gin \(document "Ext"\.gin_trgm_ops\)/);
    const search = `SELECT sequence FROM "Log".audit_documents WHERE document LIKE '%ßenwa%'`;
    const [database] = await server.administer<{ name: string }>(url, 'SELECT current_database() AS name');
    await server.administer(url, `ALTER DATABASE ${database?.name} SET enable_seqscan = off`);
    expect(JSON.stringify(await server.administer(url, `EXPLAIN ${search}`))).toContain('audit_documents_trigrams');
    expect(await server.administer(url, search)).toEqual([{ sequence: '1' }]);
  });

  it('is done without where it can not be had, and is made at a later start', async () => {
    const url = await server.newDatabase();
    const name = `plain_${Date.now()}`;
    await server.administer(
      url,
      `CREATE ROLE ${name} LOGIN PASSWORD 'secret'; CREATE SCHEMA audit AUTHORIZATION ${name};
       REVOKE CREATE ON DATABASE ${new URL(url).pathname.slice(1)} FROM PUBLIC`,
    );
    const role = new URL(url);
    [role.username, role.password] = [name, 'secret'];
    const options = { url: role.href, schema: 'audit' };
    await opened(options, async (store) => {
      await store.append('main', [anAppendableEvent({ reason: 'needle' })]);
      await advanceToEnd(store.index());
    });
    expect(await definition(url)).toBeUndefined();
    expect(
      await server.administer(url, "SELECT 1 FROM audit.audit_documents WHERE document LIKE '%eedl%'"),
    ).toHaveLength(1);
    await server.administer(url, 'CREATE EXTENSION pg_trgm');
    await opened(options, (store) => store.verify());
    expect(await definition(url)).toMatch(/USING gin/);
    await server.administer(url, `DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`);
  });
});
