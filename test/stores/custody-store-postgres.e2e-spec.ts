import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anAppendableEvent, custodyStoreContract } from 'nestjs-audited/testing';
import { PostgresAuditStore, type PostgresOptions } from 'nestjs-audited/typeorm';
import pg from 'pg';
import { PostgresServer } from '../support/postgres-server.js';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

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

describe.each([['public'], ['Audit_Log']])('the custody of PostgresAuditStore in the schema %s', (schema) => {
  const cases = custodyStoreContract(async () => {
    const store = new PostgresAuditStore({ url: await server.newDatabase(), schema });
    return { store, custody: store.custody() };
  });
  for (const { promise, run } of cases) {
    it(promise, run);
  }
});

const ADA = {
  '/actor/email': 'ada.lovelace@example.org',
  '/actor/ip': '2001:db8::dead:beef',
  '/actor/name': 'Augusta Ada King',
};
const SALT = '00112233445566778899aabbccddeeff';

/** A partition as somebody makes it by hand, or as a version made it whose months are over. */
const partition = (name: string, from: string, to: string): string =>
  `CREATE TABLE audit_records_${name} PARTITION OF audit_records FOR VALUES FROM ('${from}') TO ('${to}');
   CREATE TRIGGER audit_records_${name}_continue_chain AFTER INSERT ON audit_records_${name}
     REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit_records_continue_chain();
   CREATE TRIGGER audit_records_${name}_refuse_truncate BEFORE TRUNCATE ON audit_records_${name}
     FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change('audit_records')`;

const inMonth = (month: string): ReturnType<typeof anAppendableEvent> =>
  anAppendableEvent({ recordedAt: `${month}-15T00:00:00.000Z` }, ADA);

describe('a PostgreSQL log that is append-only', () => {
  let url: string;

  beforeAll(async () => {
    url = await server.newDatabase();
    await opened({ url }, async (store) => {
      await store.append('main', [anAppendableEvent({}, ADA), anAppendableEvent({}, ADA)]);
      const checkpoint = { chain: 'main', size: 2, root: 'ab', signedAt: '2026-11-22T10:00:00.000Z', note: 'n' };
      await store.custody().save('main', [{ level: 0, index: 0, hashes: new Uint8Array(64) }], checkpoint);
    });
  }, 60_000);

  const PERMIT = (operation: string, chain: string, through: number): string =>
    `INSERT INTO audit_permits (operation, chain, through) VALUES ('${operation}', '${chain}', ${through});`;
  const ERASE = 'UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL';

  it.each([
    ['an erasure without a permit', '', ERASE],
    ['an erasure under a permit to prune', PERMIT('prune', 'main', 9), ERASE],
    ["an erasure under another chain's permit", PERMIT('erase', 'other', 9), ERASE],
    ['an erasure beyond the permit', PERMIT('erase', 'main', 1), `${ERASE} WHERE position = 2`],
    ['a new body under a permit', PERMIT('erase', 'main', 9), `${ERASE}, body = '{}'`],
    ['a new code under a permit', PERMIT('erase', 'main', 9), `${ERASE}, mac = 'k:00'`],
    ['a forged e-mail under a permit', PERMIT('erase', 'main', 9), "UPDATE audit_records SET actor_email = 'x'"],
    ['half an erasure under a permit', PERMIT('erase', 'main', 9), 'UPDATE audit_records SET salt = NULL'],
    ['a move to another partition', PERMIT('erase', 'main', 9), "UPDATE audit_records SET recorded_at = '1999'"],
    ['a removal without a permit', '', 'DELETE FROM audit_records'],
    ['a removal under a permit to erase', PERMIT('erase', 'main', 9), 'DELETE FROM audit_records'],
    ["a removal under another chain's permit", PERMIT('prune', 'other', 9), 'DELETE FROM audit_records'],
    ['a removal beyond the permit', PERMIT('prune', 'main', 1), 'DELETE FROM audit_records WHERE position = 2'],
    ['a removal from a partition', PERMIT('prune', 'main', 0), 'DELETE FROM audit_records_default'],
    ['TRUNCATE under a permit', PERMIT('prune', 'main', 9), 'TRUNCATE audit_records'],
    ['TRUNCATE of a partition under a permit', PERMIT('prune', 'main', 9), 'TRUNCATE audit_records_default'],
    ['a change of a checkpoint', '', 'UPDATE audit_checkpoints SET size = 1'],
    ['the removal of a checkpoint', '', 'DELETE FROM audit_checkpoints'],
    ['TRUNCATE of the checkpoints', '', 'TRUNCATE audit_checkpoints'],
    ['a narrower tile', '', "UPDATE audit_tiles SET hashes = 'AA=='"],
    ['the removal of a tile', '', 'DELETE FROM audit_tiles'],
    ['TRUNCATE of the tiles', '', 'TRUNCATE audit_tiles'],
  ])('refuses %s', async (_what, permit, statement) => {
    const tables = statement.replace('audit_records_default', await partitionOf(url));
    await expect(server.administer(url, `BEGIN; ${permit} ${tables}`)).rejects.toThrow(/refused/);
  });

  it('leaves no permit behind', async () => {
    await opened({ url }, async (store) => {
      expect(await store.custody().match({ email: ADA['/actor/email'] }, 9)).toHaveLength(2);
      await store.custody().erase('main', [2]);
      await store.custody().removePrefix('main', 1);
    });
    expect(await server.administer(url, 'SELECT * FROM audit_permits')).toEqual([]);
  });

  it('tells a role that may not erase which rights it needs', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.append('main', [anAppendableEvent({}, ADA)]));
    const name = `role_${Date.now()}`;
    await server.administer(
      url,
      `CREATE ROLE ${name} LOGIN PASSWORD 'secret'; GRANT SELECT ON audit_migrations TO PUBLIC;
       GRANT SELECT, INSERT ON audit_records, audit_checkpoints TO ${name};
       GRANT SELECT, INSERT, UPDATE ON audit_heads, audit_tiles, audit_projections, audit_facets, audit_documents,
         audit_counts, audit_names TO ${name};
       GRANT SELECT ON audit_secrets TO ${name}`,
    );
    const role = new URL(url);
    [role.username, role.password] = [name, 'secret'];
    await opened({ url: role.href }, async (store) => {
      await store.append('main', [anAppendableEvent({}, ADA)]);
      const custody = store.custody();
      await custody.save('main', [{ level: 1, index: 0, hashes: new Uint8Array(32) }]);
      const message = await custody.erase('main', [2]).then(String, (error: Error) => error.message);
      expect(message).toMatch(/does not let role "role_\d+" erase or prune .*GRANT UPDATE, DELETE ON "public".audit_r/);
      await server.administer(url, /GRANT .*;/.exec(message)?.[0] ?? 'no grants in the message');
      expect(await custody.erase('main', [2])).toBe(1);
      expect(await custody.removePrefix('main', 1)).toBe(1);
      expect(await custody.scrub()).toContainEqual(
        expect.stringMatching(/may be rewritten by the owner of the table only.*VACUUM \(FULL, ANALYZE\) /),
      );
    });
    await server.administer(url, `DROP OWNED BY ${name}; DROP ROLE ${name}`);
  });
});

describe('a PostgreSQL log of the version before', () => {
  it('goes on, keeps every record, and can be erased and pruned, partitions made by it included', async () => {
    const url = await server.newDatabase();
    const prepare = [partition('2026_01', '2026-01', '2026-02'), 'ANALYZE'];
    const records = await aLogOfThePreviousVersion({ options: { type: 'postgres', url }, prepare }, 6);
    await server.administer(url, 'ANALYZE');
    await opened({ url }, async (store) => {
      const custody = store.custody();
      for await (const stored of custody.records('main')) {
        expect(stored).toEqual(records);
      }
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(7);
      expect(await store.verify()).toMatchObject({ ok: true, records: 7 });
      await expect(server.administer(url, 'DELETE FROM audit_records_2026_01')).rejects.toThrow(/DELETE refused/);
      await expect(server.administer(url, 'UPDATE audit_records_2026_01 SET actor_email = NULL')).rejects.toThrow(
        /UPDATE refused/,
      );
      expect(await custody.erase('main', [1, 2, 3])).toBe(3);
      expect(await custody.removePrefix('main', 1)).toBe(1);
    });
    const sampled = await server.administer(
      url,
      "SELECT * FROM pg_stats WHERE tablename LIKE 'audit_records%' AND attname IN ('personal', 'salt', 'actor_email')",
    );
    expect(sampled).toEqual([]);
  });
});

describe('pruning partitions', () => {
  const MONTHS = ['2025-01', '2025-02', '2025-03'];

  /** Positions 1-3 in January, 4-6 in February, 7-9 in March, and one of today. */
  async function aLogOfMonths(): Promise<string> {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      const bounds = [...MONTHS, '2025-04'];
      for (const [index, month] of MONTHS.entries()) {
        await server.administer(url, partition(month.replace('-', '_'), month, bounds[index + 1] ?? ''));
        await store.append('main', [inMonth(month), inMonth(month), inMonth(month)]);
      }
      await store.append('main', [anAppendableEvent()]);
    });
    return url;
  }

  async function partitions(url: string): Promise<readonly string[]> {
    const rows = await server.administer<{ name: string }>(
      url,
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'audit_records'::regclass AND inhrelid::regclass::text LIKE '%_2025_%' ORDER BY 1`,
    );
    return rows.map(({ name }) => name.slice('audit_records_'.length));
  }

  async function positions(store: PostgresAuditStore): Promise<readonly number[]> {
    const left: number[] = [];
    for await (const records of store.custody().records('main')) {
      left.push(...records.map(({ seal }) => seal.position));
    }
    return left;
  }

  it('drops those that may go whole, and leaves those that hold a record that stays', async () => {
    const url = await aLogOfMonths();
    await opened({ url }, async (store) => {
      const progress: number[] = [];
      expect(await store.custody().removePrefix('main', 8, (through) => progress.push(through))).toBe(8);
      expect(progress).toEqual([3, 6, 8]);
      expect(await partitions(url)).toEqual(['2025_03']);
      expect(await positions(store)).toEqual([9, 10]);
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(11);
    });
    const detached = await server.administer(url, "SELECT relname FROM pg_class WHERE relname LIKE '%_2025_01%'");
    expect(detached).toEqual([]);
  });

  it('keeps a partition in which another chain has records', async () => {
    const url = await aLogOfMonths();
    await opened({ url }, async (store) => {
      await store.append('other', [inMonth('2025-02')]);
      expect(await store.custody().removePrefix('main', 9)).toBe(9);
      expect(await partitions(url)).toEqual(['2025_02']);
      expect(await positions(store)).toEqual([10]);
      expect(await store.verify({ chain: 'other' })).toMatchObject({ ok: true, records: 1 });
      // The last one out.
      expect(await store.custody().removePrefix('other', 1)).toBe(1);
      expect(await partitions(url)).toEqual([]);
    });
  });

  it('leaves no hole where a late clock put records into another partition', async () => {
    const url = await aLogOfMonths();
    await opened({ url }, async (store) => {
      // 11 in January, 12 in the default partition, 13 in January.
      await store.append('main', [inMonth('2025-01'), anAppendableEvent({ recordedAt: '2019-01-01T00:00:00.000Z' })]);
      await store.append('main', [inMonth('2025-01'), anAppendableEvent()]);
      expect(await store.custody().removePrefix('main', 3)).toBe(3);
      expect(await positions(store)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
      expect(await partitions(url)).toEqual(MONTHS.map((month) => month.replace('-', '_')));
      expect(await store.custody().removePrefix('main', 13)).toBe(10);
      expect(await positions(store)).toEqual([14]);
      expect(await partitions(url)).toEqual([]);
    });
  });

  it('removes the records one by one where a long read keeps a partition from being dropped', async () => {
    const url = await aLogOfMonths();
    const reading = new pg.Client({ connectionString: url });
    await reading.connect();
    await reading.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM audit_records');
    await opened({ url }, async (store) => {
      expect(await store.custody().removePrefix('main', 5)).toBe(5);
      expect(await partitions(url)).toEqual(MONTHS.map((month) => month.replace('-', '_')));
      expect(await positions(store)).toEqual([6, 7, 8, 9, 10]);
    });
    expect((await reading.query<{ count: string }>('SELECT count(*) FROM audit_records')).rows[0]?.count).toBe('10');
    await reading.end();
  }, 60_000);

  it('never drops the partition of this month, nor the default one', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      const now = new Date().toISOString();
      await store.append('main', [
        anAppendableEvent({ recordedAt: now }),
        anAppendableEvent({ recordedAt: '2019-01-01T00:00:00.000Z' }),
      ]);
      expect(await store.custody().removePrefix('main', 2)).toBe(2);
      const left = await server.administer(
        url,
        `SELECT 1 FROM pg_inherits WHERE inhrelid IN ('audit_records_default'::regclass,
          'audit_records_${now.slice(0, 7).replace('-', '_')}'::regclass)`,
      );
      expect(left).toHaveLength(2);
    });
  });
});

describe('what is left of a person in the files of a PostgreSQL database', () => {
  const TRACES = [...Object.values(ADA), SALT];

  async function tracesIn(url: string): Promise<readonly string[]> {
    await server.administer(url, 'CHECKPOINT');
    const [row] = await server.administer<{ folder: string }>(
      url,
      `SELECT current_setting('data_directory') || '/base/' || oid AS folder FROM pg_database WHERE datname = current_database()`,
    );
    const folder = row?.folder ?? '';
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    return TRACES.filter((trace) => files.some((bytes) => bytes.includes(trace)));
  }

  async function fill(store: PostgresAuditStore): Promise<readonly number[]> {
    const events = Array.from({ length: 300 }, (_, index) =>
      index % 5 === 0
        ? anAppendableEvent({ details: { index } }, { ...ADA, '/details/list': randomText(index % 2 === 0 ? 1 : 9000) })
        : anAppendableEvent({ details: { index }, recordedAt: '2025-01-15T00:00:00.000Z' }),
    );
    await store.append('main', events);
    while (!(await store.index().advance(500)).isCaughtUp);
    const found = await store.custody().match({ email: ADA['/actor/email'] }, 1000);
    return found.map(({ position }) => position);
  }

  it('is nothing, after erasing and scrubbing', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      const positions = await fill(store);
      await server.administer(url, 'ANALYZE');
      expect(await tracesIn(url)).toEqual(TRACES);
      expect(await store.custody().erase('main', positions)).toBe(60);
      const leftovers = await store.custody().scrub();
      expect(leftovers).toEqual([
        expect.stringMatching(/^Backups and dumps/),
        expect.stringMatching(/write-ahead log/),
      ]);
      expect(await tracesIn(url)).toEqual([]);
      expect(await store.verify()).toMatchObject({ records: 300 });
    });
  }, 60_000);

  it('is told when a transaction that is older than the erasure still sees it', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      const positions = await fill(store);
      const old = new pg.Client({ connectionString: url });
      await old.connect();
      await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM audit_heads');
      await store.custody().erase('main', positions);
      expect(await store.custody().scrub()).toContainEqual(
        expect.stringMatching(/was rewritten, but removed rows had to be kept for a transaction/),
      );
      await old.end();
      expect(await store.custody().scrub()).toHaveLength(2);
      expect(await tracesIn(url)).toEqual([]);
    });
  }, 60_000);

  it('is told when others use the table, and gone after the next time', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      const positions = await fill(store);
      await store.custody().erase('main', positions);
      const reading = new pg.Client({ connectionString: url });
      await reading.connect();
      await reading.query('BEGIN; SELECT count(*) FROM audit_records');
      expect(await store.custody().scrub()).toContainEqual(
        expect.stringMatching(/could not be rewritten \(others were using it\)/),
      );
      await reading.end();
      expect(await store.custody().scrub()).toHaveLength(2);
      expect(await tracesIn(url)).toEqual([]);
    });
  }, 60_000);
});

/** Text that does not get smaller, so that the server stores it out of line. */
function randomText(length: number): string {
  return Array.from({ length }, (_, index) => ((index * 2_654_435_761) % 36).toString(36)).join('');
}

/** Where the records of the test are: in the default partition, since their month is no longer made ahead, or in their own. */
async function partitionOf(url: string): Promise<string> {
  const [row] = await server.administer<{ name: string }>(
    url,
    'SELECT DISTINCT tableoid::regclass::text AS name FROM audit_records',
  );
  return row?.name ?? '';
}
