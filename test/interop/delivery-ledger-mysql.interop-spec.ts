import { deliveryLedgerContract } from 'nestjs-audited/testing';
import { MysqlAuditStore } from 'nestjs-audited/typeorm';
import { databaseOf, MysqlServer } from '../support/mysql-server.js';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';

const found = await MysqlServer.find();
if (typeof found === 'string') {
  // Not console.log: Jest drops what a file logged whose tests are all skipped.
  process.stdout.write(`skipped: ${found}\n`);
}
const server = found as MysqlServer;
const whenThere = typeof found === 'string' ? describe.skip : describe;

const SIEM = { name: 'siem', type: 't', endpoint: '', isRequired: false, startFrom: 'now' } as const;

async function opened<Result>(
  store: MysqlAuditStore,
  work: (store: MysqlAuditStore) => Promise<Result>,
): Promise<Result> {
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

whenThere('the ledger of MysqlAuditStore', () => {
  afterAll(() => server.end());

  const cases = deliveryLedgerContract(async () => {
    const store = new MysqlAuditStore({ url: await server.newDatabase() });
    return { store, ledger: store.ledger() };
  });
  for (const { promise, run } of cases) {
    it(promise, run);
  }

  it('is in a log of the version before as soon as it is opened to write, also when that is interrupted', async () => {
    const url = await server.newDatabase();
    const { hostname: host, port, username, password } = new URL(url);
    const options = { type: 'mysql', host, port: Number(port), username, password, database: databaseOf(url) } as const;
    await aLogOfThePreviousVersion({ options, before: 'delivery' }, 5);
    await expect(new MysqlAuditStore({ url }, { access: 'read' }).open()).rejects.toThrow('older version');
    await opened(new MysqlAuditStore({ url }), (store) => store.ledger().register(SIEM));
    // As it is after the first table, of three.
    await server.run(
      `USE ${databaseOf(url)}`,
      "DELETE FROM audit_migrations WHERE name LIKE 'AddDelivery%'",
      'DROP TABLE audit_delivery_cursors, audit_dead_letters',
      'DELETE FROM audit_destinations',
    );
    await opened(new MysqlAuditStore({ url }), async (store) => {
      await store.ledger().register(SIEM);
      expect(await store.verify()).toMatchObject({ ok: true, records: 5 });
    });
    await opened(new MysqlAuditStore({ url }, { access: 'read' }), async (store) => {
      expect(await store.ledger().destinations()).toMatchObject([{ cursors: [{ chain: 'main', position: 5 }] }]);
      await expect(store.ledger().change('siem', { act: 'pause' })).rejects.toMatchObject({
        code: 'AUDIT_STORE_UNAVAILABLE',
      });
    });
  });

  it('needs no right where there are no destinations, and says at the registration which ones it needs', async () => {
    const url = await server.newDatabase();
    const database = databaseOf(url);
    await opened(new MysqlAuditStore({ url }), () => Promise.resolve());
    const account = await server.newAccount(
      ...['audit_migrations', 'audit_records', 'audit_checkpoints'].map(
        (table) => `SELECT, INSERT ON ${database}.${table}`,
      ),
      ...['heads', 'tiles', 'projections', 'facets', 'documents', 'counts', 'names'].map(
        (table) => `SELECT, INSERT, UPDATE ON ${database}.audit_${table}`,
      ),
      `SELECT ON ${database}.audit_secrets`,
    );
    await opened(new MysqlAuditStore({ url: server.urlOf(database, account) }), async (store) => {
      const ledger = store.ledger();
      const messageOf = (work: Promise<unknown>): Promise<string> => work.then(String, (error: Error) => error.message);
      expect(await messageOf(ledger.destinations())).toMatch(
        /does not let the account read what delivery keeps .*GRANT SELECT ON `[^`]*`.audit_destinations /,
      );
      const message = await messageOf(ledger.register(SIEM));
      expect(message).toMatch(/does not let the account deliver .*audit_destinations/);
      const grants = message.match(/GRANT [^;]*;/g) ?? [];
      expect(grants.map((grant) => grant.replace(/ TO .*/, ''))).toEqual([
        `GRANT SELECT, INSERT, UPDATE ON \`${database}\`.audit_destinations`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${database}\`.audit_delivery_cursors`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${database}\`.audit_dead_letters`,
      ]);
      for (const grant of grants) {
        // Each of them is missed at the registration, the last one too.
        await expect(ledger.register(SIEM)).rejects.toMatchObject({ code: 'AUDIT_DATABASE_UNUSABLE' });
        await server.run(grant);
      }
      await ledger.register(SIEM);
      const lease = await ledger.acquire('siem', 'one', 60_000);
      const letter = { chain: 'main', position: 1, eventId: '', eventType: '', cause: 'damaged', reason: '' } as const;
      const cursors = [{ chain: 'main', position: 1, sent: 1 }];
      expect(lease && (await ledger.settle(lease, { cursors, deadLetters: [letter] }, 60_000))).toBe(true);
      expect(await ledger.mark({}, 'discarded')).toBe(1);
      expect(await ledger.change('siem', { act: 'remove' })).toBe(true);
    });
  });

  it('takes its times from the database, in milliseconds, whatever its time zone is', async () => {
    const url = await server.newDatabase();
    const [zone] = await server.rows('SELECT @@global.time_zone AS name');
    await server.run("SET GLOBAL time_zone = '+05:30'");
    try {
      const before = Date.now();
      await opened(new MysqlAuditStore({ url }), (store) => store.ledger().register(SIEM));
      const [row] = await server.rows(`SELECT changed_at AS at FROM ${databaseOf(url)}.audit_destinations`);
      expect(Number(row?.['at'])).toBeGreaterThanOrEqual(before - 1);
      expect(Number(row?.['at'])).toBeLessThanOrEqual(Date.now() + 1);
    } finally {
      await server.run(`SET GLOBAL time_zone = '${String(zone?.['name'])}'`);
    }
  });

  it('settles for ten destinations at once while an operator marks and rewinds, without a word of deadlocks', async () => {
    await opened(new MysqlAuditStore({ url: await server.newDatabase() }), async (store) => {
      const ledger = store.ledger();
      const names = Array.from({ length: 10 }, (_, index) => `siem-${index}`);
      await Promise.all(names.map((name) => ledger.register({ ...SIEM, name })));
      const lead = async (name: string): Promise<void> => {
        const lease = await ledger.acquire(name, 'one', 60_000);
        for (let round = 0; lease !== undefined && round < 20; round++) {
          const deadLetters = Array.from({ length: 10 }, (_, index) => ({
            chain: 'main',
            position: round * 10 + index,
            eventId: '',
            eventType: '',
            cause: 'refused' as const,
            reason: '',
          }));
          const cursors = [{ chain: 'main', position: round, sent: round }];
          await ledger.settle(lease, { cursors, deadLetters }, 60_000);
        }
      };
      const operate = async (): Promise<void> => {
        for (let round = 0; round < 20; round++) {
          await ledger.mark({}, round % 2 === 0 ? 'replaying' : 'discarded');
          await ledger.change(`siem-${round % 10}`, { act: 'rewind', chain: 'main', position: 5 });
        }
      };
      await Promise.all([...names.map(lead), operate()]);
      expect(await ledger.destinations()).toHaveLength(10);
    });
  });
});
