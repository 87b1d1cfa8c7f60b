import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliveryLedgerContract } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';
import { withRawDatabase } from '../support/raw-database.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-ledger-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, `${files++}.sqlite`);
const SIEM = { name: 'siem', type: 't', endpoint: '', isRequired: false, startFrom: 'now' } as const;

async function opened<Result>(
  store: SqliteAuditStore,
  work: (store: SqliteAuditStore) => Promise<Result>,
): Promise<Result> {
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('the ledger of SqliteAuditStore', () => {
  // Made once: migrating a file of its own for each case would take most of the time.
  const empty = newFile();
  beforeAll(() => opened(new SqliteAuditStore(empty), () => Promise.resolve()));

  const cases = deliveryLedgerContract(() => {
    const file = newFile();
    copyFileSync(empty, file);
    const store = new SqliteAuditStore(file);
    return { store, ledger: store.ledger() };
  });
  for (const { promise, run } of cases) {
    it(promise, run);
  }
});

describe('an SQLite ledger', () => {
  it('is in a log of the version before as soon as it is opened to write, and refuses to be read before', async () => {
    const file = newFile();
    const options = { type: 'better-sqlite3', database: file } as const;
    await aLogOfThePreviousVersion({ options, before: 'delivery' }, 5);
    await expect(new SqliteAuditStore(file, { access: 'read' }).open()).rejects.toThrow(
      'older version of this package',
    );
    await opened(new SqliteAuditStore(file), async (store) => {
      expect(await store.verify()).toMatchObject({ ok: true, records: 5 });
      await store.ledger().register(SIEM);
    });
    await opened(new SqliteAuditStore(file, { access: 'read' }), async (store) => {
      const ledger = store.ledger();
      expect(await ledger.destinations()).toMatchObject([{ name: 'siem', cursors: [{ chain: 'main', position: 5 }] }]);
      expect(await ledger.deadLetters()).toEqual([]);
      await expect(ledger.change('siem', { act: 'pause' })).rejects.toMatchObject({ code: 'AUDIT_STORE_UNAVAILABLE' });
    });
  });

  it('is there after the process, and counts what others changed', async () => {
    const file = newFile();
    const letter = { chain: 'main', eventId: '', eventType: '', cause: 'damaged', reason: '' } as const;
    await opened(new SqliteAuditStore(file), (mine) =>
      opened(new SqliteAuditStore(file), async (theirs) => {
        await mine.ledger().register(SIEM);
        const lease = await theirs.ledger().acquire('siem', 'they', 60_000);
        if (lease === undefined) {
          throw new Error('nobody else wants the lease');
        }
        const deadIn = async (store: SqliteAuditStore): Promise<number | undefined> =>
          (await store.ledger().destinations())[0]?.deadLetters.dead;
        expect(await deadIn(mine)).toBe(0);
        for (const position of [1, 2, 3]) {
          await theirs.ledger().settle(lease, { deadLetters: [{ ...letter, position }] }, 60_000);
          expect(await deadIn(mine)).toBe(position);
        }
        await mine.ledger().mark({}, 'discarded');
        expect(await deadIn(theirs)).toBe(0);
      }),
    );
    await opened(new SqliteAuditStore(file), async (store) => {
      expect(await store.ledger().destinations()).toMatchObject([
        { name: 'siem', holder: 'they', deadLetters: { dead: 0, replaying: 0, discarded: 3 } },
      ]);
    });
  });

  it('takes its times from the database, in milliseconds', async () => {
    const file = newFile();
    const before = Date.now();
    await opened(new SqliteAuditStore(file), (store) => store.ledger().register(SIEM));
    const changedAt = withRawDatabase(file, (database) =>
      database.prepare<[], number>('SELECT changed_at FROM audit_destinations').pluck().get(),
    );
    expect(changedAt).toBeGreaterThanOrEqual(before - 1);
    expect(changedAt).toBeLessThanOrEqual(Date.now() + 1);
  });
});
