import { anAppendableEvent, anEvent, auditStoreContract, type StoreUnderTest } from 'nestjs-audited/testing';
import { MysqlAuditStore, type MysqlOptions } from 'nestjs-audited/typeorm';
import { DataSource } from 'typeorm';
import { databaseOf, MysqlServer } from '../support/mysql-server.js';
import { ServerAppendingProcess } from '../support/server-appending-process.js';

const PROCESSES = 4;
const APPENDS_EACH = 100;

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;
const urlOf = new WeakMap<StoreUnderTest, string>();

async function newStore(): Promise<MysqlAuditStore> {
  const url = await server.newDatabase();
  const store = new MysqlAuditStore({ url });
  urlOf.set(store, url);
  return store;
}

async function opened<Result>(
  options: MysqlOptions,
  work: (store: MysqlAuditStore) => Promise<Result>,
): Promise<Result> {
  const store = new MysqlAuditStore(options);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function erasePersonalPart(store: StoreUnderTest, id: string): Promise<void> {
  await server.tamper(
    urlOf.get(store) ?? '',
    `UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL WHERE id = '${id}'`,
  );
}

(typeof found === 'string' ? describe.skip : describe)('MysqlAuditStore', () => {
  beforeAll(async () => {
    const [row] = await server.rows('SELECT VERSION() AS version');
    console.log(`MySQL server ${String(row?.['version'])} at ${server.host}:${server.port}`);
  });
  afterAll(() => server.end());

  for (const { promise, run } of auditStoreContract(newStore, { erasePersonalPart })) {
    it(promise, run);
  }

  it('tells texts apart that differ in case, in an accent, in trailing spaces or in a NUL', async () => {
    const texts = ['muller', 'Muller', 'müller', 'mu\u0308ller', 'muller ', 'muller\u0000', 'muller\t', '𝒳', "m'\\"];
    await opened({ url: await server.newDatabase() }, async (store) => {
      for (const text of texts) {
        await store.append('main', [anAppendableEvent({ actor: { kind: 'user', id: text }, correlationId: text })]);
      }
      for (const text of texts) {
        const byActor = await store.find({ actorId: text });
        const byCorrelation = await store.find({ correlationId: text });
        expect([byActor, byCorrelation].map(({ records }) => records.map(({ event }) => event.actor.id))).toStrictEqual(
          [[text], [text]],
        );
      }
      expect(await store.verify()).toMatchObject({ ok: true, records: texts.length });
    });
  });

  it('finds texts that are longer than a key of an index', async () => {
    const long = 'x'.repeat(5000);
    await opened({ url: await server.newDatabase() }, async (store) => {
      for (const id of [`${long}a`, `${long}b`, `${long}b `]) {
        await store.append('main', [anAppendableEvent({ resource: { type: long, id } })]);
      }
      const { records } = await store.find({ resourceType: long, resourceId: `${long}b` });
      expect(records.map(({ seal }) => seal.position)).toStrictEqual([2]);
    });
  });

  it('depends on no default of the server: not on its modes, its time zone or its character set', async () => {
    const url = await server.newDatabase();
    const event = anEvent({ action: 'quote \' backslash \\ "double" 100 % ?' });
    const dataSource = new DataSource({
      type: 'mariadb',
      url,
      timezone: '+05:30',
      charset: 'latin1',
      extra: { multipleStatements: true, rowsAsArray: true, namedPlaceholders: true },
    });
    const store = MysqlAuditStore.beside(dataSource, { poolSize: 3 });
    await store.open();
    await store.append('main', [anAppendableEvent(event)]);
    expect((await store.get(event.id))?.event).toStrictEqual(event);
    expect(dataSource.isInitialized).toBe(false);
    await store.close();
  });

  it('opens one new database from many stores at once', async () => {
    const url = await server.newDatabase();
    const stores = Array.from({ length: 6 }, () => new MysqlAuditStore({ url }));
    await Promise.all(stores.map((store) => store.open()));
    await Promise.all(stores.map((store) => store.append('main', [anAppendableEvent()])));
    expect(await stores[0]?.verify()).toMatchObject({ ok: true, records: stores.length });
    await Promise.all(stores.map((store) => store.close()));
    expect(await server.rows(`SELECT name FROM ${databaseOf(url)}.audit_migrations`)).toHaveLength(4);
  });

  it('completes a schema whose making was interrupted', async () => {
    const url = await server.newDatabase();
    const database = databaseOf(url);
    await opened({ url }, (store) => store.append('main', [anAppendableEvent()]));
    await server.run(
      `USE ${database}`,
      'DROP TRIGGER audit_heads_refuse_delete',
      'DELETE FROM audit_heads',
      'DROP TABLE audit_heads',
      'DELETE FROM audit_migrations',
    );
    await opened({ url }, async (store) => {
      await store.append('other', [anAppendableEvent()]);
      expect((await store.verify({ chain: 'other' })).ok).toBe(true);
    });
    const triggers = await server.rows(
      `SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}'`,
    );
    expect(triggers).toHaveLength(8);
  });

  it('refuses what is no append, from whoever tries', async () => {
    const url = await server.newDatabase();
    await opened({ url }, (store) => store.append('main', [anAppendableEvent(), anAppendableEvent()]));
    await server.run(`USE ${databaseOf(url)}`);
    const attempts = [
      "UPDATE audit_records SET type = 'x'",
      'DELETE FROM audit_records WHERE position = 2',
      'REPLACE INTO audit_records SELECT * FROM audit_records',
      'UPDATE audit_heads SET position = 1',
      "UPDATE audit_heads SET hash = 'x'",
      "UPDATE audit_heads SET chain = 'x', position = 9",
      'REPLACE INTO audit_heads SELECT chain, 1, hash FROM audit_heads',
      'DELETE FROM audit_heads',
    ];
    for (const sql of attempts) {
      await expect(server.run(sql)).rejects.toThrow(/append-only|only moves forward/);
    }
    await opened({ url }, async (store) => expect(await store.verify()).toMatchObject({ ok: true, records: 2 }));
  });

  it('stores an event once when it is replayed into two chains at the same time, in whatever order', async () => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      for (let round = 0; round < 10; round++) {
        const events = Array.from({ length: 20 }, () => anAppendableEvent());
        const receipts = await Promise.all([
          store.appendMissing('a', events),
          store.appendMissing('b', events),
          store.appendMissing('c', events.toReversed()),
        ]);
        expect(receipts.reduce((sum, { appended }) => sum + appended, 0)).toBe(events.length);
      }
      expect(await store.verify()).toMatchObject({ ok: true, records: 200 });
    });
  });

  it.each([
    ['a body edited', "body = REPLACE(body, 'deploy', 'revert')", ['edited main 3']],
    ['a space behind a column', "type = CONCAT(type, ' ')", ['column main 3']],
    ['another case in a column', 'actor_kind = UPPER(actor_kind)', ['column main 3']],
    ['an empty text where there was nothing', "tenant_id = ''", ['column main 3']],
    ['a sequence out of order', 'sequence = 1000000', ['column main 3']],
    ['a position beyond all numbers', 'position = 9223372036854775806', ['deleted main 3', 'malformed main 7']],
    ['a record in another chain', "chain = 'elsewhere'", ['inserted elsewhere 3', 'deleted main 3']],
  ])('finds %s by somebody with all rights', async (_what, assignment, expected) => {
    const url = await server.newDatabase();
    await opened({ url }, async (store) => {
      await store.append(
        'main',
        Array.from({ length: 6 }, () => anAppendableEvent()),
      );
      await server.tamper(url, `UPDATE audit_records SET ${assignment} WHERE position = 3`);
      const { faults } = await store.verify();
      expect(faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`)).toStrictEqual(expected);
    });
  });

  it('shares a chain among four processes without gap or fork, and loses nothing when one is killed', async () => {
    const url = await server.newDatabase();
    const processes = Array.from(
      { length: PROCESSES },
      // The first one never ends by itself: it is the one that is killed.
      (_, index) =>
        new ServerAppendingProcess({ store: 'mysql', url, concurrency: 4, appends: index === 0 ? 0 : APPENDS_EACH }),
    );
    await Promise.all(processes.map((process_) => process_.isOpen()));
    processes.forEach((process_) => process_.go());
    const [killed, ...others] = processes;
    await killed?.killAfter(APPENDS_EACH / 3);
    await Promise.all(others.map((process_) => process_.finished()));

    const rows = (await server.rows(
      `SELECT id, position FROM ${databaseOf(url)}.audit_records ORDER BY sequence`,
    )) as readonly { id: string; position: number }[];
    const positionOf = new Map(rows.map(({ id, position }) => [id, position]));
    const acknowledged = processes.flatMap((process_) => process_.acknowledged);
    const lost = acknowledged.filter(({ firstPosition, ids }) =>
      ids.some((id, index) => positionOf.get(id) !== firstPosition + index),
    );
    expect(lost).toStrictEqual([]);
    // Read in the order of pages: no gap, no position twice, and order is that of the chain.
    expect(rows.map(({ position }) => position)).toStrictEqual(rows.map((_, index) => index + 1));
    expect(positionOf.size).toBe(rows.length);
    expect(others.map(({ acknowledged: own }) => own.length)).toStrictEqual(others.map(() => APPENDS_EACH));
    const report = await opened({ url }, (store) => store.verify());
    expect(report).toMatchObject({ ok: true, records: rows.length, faults: [] });
    console.log(
      `processes: ${PROCESSES} (1 killed), appends acknowledged: ${acknowledged.length}, records: ${rows.length}`,
    );
  });
});
