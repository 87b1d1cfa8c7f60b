import { deliveryLedgerContract } from 'nestjs-audited/testing';
import { PostgresAuditStore } from 'nestjs-audited/typeorm';
import { PostgresServer } from '../support/postgres-server.js';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
}, 60_000);
afterAll(() => server.dispose(), 60_000);

const SIEM = { name: 'siem', type: 't', endpoint: '', isRequired: false, startFrom: 'now' } as const;

async function opened<Result>(
  store: PostgresAuditStore,
  work: (store: PostgresAuditStore) => Promise<Result>,
): Promise<Result> {
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('the ledger of PostgresAuditStore', () => {
  const cases = deliveryLedgerContract(async () => {
    const store = new PostgresAuditStore({ url: await server.newDatabase(), schema: 'Audit_Log' });
    return { store, ledger: store.ledger() };
  });
  for (const { promise, run } of cases) {
    it(promise, run);
  }

  it('is in a log of the version before as soon as it is opened to write', async () => {
    const url = await server.newDatabase();
    await aLogOfThePreviousVersion({ options: { type: 'postgres', url }, before: 'delivery' }, 5);
    await expect(new PostgresAuditStore({ url }, { access: 'read' }).open()).rejects.toThrow('older version');
    await opened(new PostgresAuditStore({ url }), async (store) => {
      expect(await store.verify()).toMatchObject({ ok: true, records: 5 });
      await store.ledger().register(SIEM);
    });
    await opened(new PostgresAuditStore({ url }, { access: 'read' }), async (store) => {
      expect(await store.ledger().destinations()).toMatchObject([{ cursors: [{ chain: 'main', position: 5 }] }]);
      await expect(store.ledger().change('siem', { act: 'pause' })).rejects.toMatchObject({
        code: 'AUDIT_STORE_UNAVAILABLE',
      });
    });
  });

  it('needs no right where there are no destinations, and says at the registration which ones it needs', async () => {
    const url = await server.newDatabase();
    await opened(new PostgresAuditStore({ url }), () => Promise.resolve());
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
    await opened(new PostgresAuditStore({ url: role.href }), async (store) => {
      const ledger = store.ledger();
      const messageOf = (work: Promise<unknown>): Promise<string> => work.then(String, (error: Error) => error.message);
      expect(await messageOf(ledger.destinations())).toMatch(
        /does not let role "role_\d+" read what delivery keeps .*GRANT SELECT ON "public".audit_destinations TO "role_\d+";/,
      );
      const message = await messageOf(ledger.register(SIEM));
      expect(message).toMatch(
        /does not let role "role_\d+" deliver \(permission denied for table audit_destinations\)/,
      );
      const grants = message.match(/GRANT [^;]*;/g) ?? [];
      expect(grants.map((grant) => grant.replace(/ TO .*/, ''))).toEqual([
        'GRANT SELECT, INSERT, UPDATE ON "public".audit_destinations',
        'GRANT SELECT, INSERT, UPDATE, DELETE ON "public".audit_delivery_cursors',
        'GRANT SELECT, INSERT, UPDATE, DELETE ON "public".audit_dead_letters',
      ]);
      for (const grant of grants) {
        // Each of them is missed at the registration, the last one too.
        await expect(ledger.register(SIEM)).rejects.toMatchObject({ code: 'AUDIT_DATABASE_UNUSABLE' });
        await server.administer(url, grant);
      }
      await ledger.register(SIEM);
      const lease = await ledger.acquire('siem', 'one', 60_000);
      const letter = { chain: 'main', position: 1, eventId: '', eventType: '', cause: 'damaged', reason: '' } as const;
      const cursors = [{ chain: 'main', position: 1, sent: 1 }];
      expect(lease && (await ledger.settle(lease, { cursors, deadLetters: [letter] }, 60_000))).toBe(true);
      expect(await ledger.mark({}, 'discarded')).toBe(1);
      expect(await ledger.change('siem', { act: 'remove' })).toBe(true);
    });
    await server.administer(url, `DROP OWNED BY ${name}; DROP ROLE ${name}`);
  });

  it('takes its times from the database, in milliseconds', async () => {
    const url = await server.newDatabase();
    const before = Date.now();
    await opened(new PostgresAuditStore({ url }), (store) => store.ledger().register(SIEM));
    const [row] = await server.administer<{ changed_at: string }>(url, 'SELECT changed_at FROM audit_destinations');
    expect(Number(row?.changed_at)).toBeGreaterThanOrEqual(before - 1);
    expect(Number(row?.changed_at)).toBeLessThanOrEqual(Date.now() + 1);
  });
});
