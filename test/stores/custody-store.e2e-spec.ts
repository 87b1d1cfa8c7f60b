import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { anAppendableEvent, custodyStoreContract } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';
import { tamper, withRawDatabase } from '../support/raw-database.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-custody-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = (): string => join(folder, `${files++}.sqlite`);

async function opened<Result>(file: string, work: (store: SqliteAuditStore) => Promise<Result>): Promise<Result> {
  const store = new SqliteAuditStore(file);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe.each([
  ['a file', newFile],
  ['memory', () => ':memory:'],
])('the custody of SqliteAuditStore in %s', (_where, place) => {
  const cases = custodyStoreContract(() => {
    const store = new SqliteAuditStore(place());
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
  '/actor/userAgent': 'AnalyticalEngine/1.0',
};

describe('an SQLite log that is append-only', () => {
  const file = newFile();

  beforeAll(() =>
    opened(file, async (store) => {
      await store.append('main', [anAppendableEvent({}, ADA), anAppendableEvent({}, ADA)]);
      const checkpoint = { chain: 'main', size: 2, root: 'ab', signedAt: '2026-11-22T10:00:00.000Z', note: 'n' };
      await store.custody().save('main', [{ level: 0, index: 0, hashes: new Uint8Array(64) }], checkpoint);
    }),
  );

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
    ['a removal without a permit', '', 'DELETE FROM audit_records'],
    ['a removal under a permit to erase', PERMIT('erase', 'main', 9), 'DELETE FROM audit_records'],
    ["a removal under another chain's permit", PERMIT('prune', 'other', 9), 'DELETE FROM audit_records'],
    ['a removal beyond the permit', PERMIT('prune', 'main', 1), 'DELETE FROM audit_records WHERE position = 2'],
    ['a change of a checkpoint', '', 'UPDATE audit_checkpoints SET size = 1'],
    ['the removal of a checkpoint', '', 'DELETE FROM audit_checkpoints'],
    ['a narrower tile', '', "UPDATE audit_tiles SET hashes = 'AA=='"],
    ['the removal of a tile', '', 'DELETE FROM audit_tiles'],
  ])('refuses %s', (_what, permit, statement) => {
    withRawDatabase(file, (database) => {
      expect(() => database.exec(`BEGIN; ${permit} ${statement}`)).toThrow(/refused/);
    });
  });

  it('leaves no permit behind', async () => {
    await opened(file, async (store) => {
      expect(await store.custody().match({ email: ADA['/actor/email'] }, 9)).toHaveLength(2);
      await store.custody().erase('main', [2]);
      await store.custody().removePrefix('main', 1);
    });
    withRawDatabase(file, (database) => {
      expect(database.prepare('SELECT * FROM audit_permits').all()).toHaveLength(0);
    });
  });
});

describe('an SQLite log that somebody tampered with', () => {
  it('is streamed as it stands: positions that are missing, and that are there twice', async () => {
    const file = newFile();
    await opened(file, (store) =>
      store.append(
        'main',
        Array.from({ length: 420 }, () => anAppendableEvent({}, ADA)),
      ),
    );
    tamper(file, (database) => {
      database.exec(
        `DROP INDEX audit_records_chain_position; DELETE FROM audit_records WHERE position BETWEEN 60 AND 290;
         UPDATE audit_records SET position = 50 WHERE position BETWEEN 300 AND 400;
         UPDATE audit_records SET position = 9000 WHERE position = 420`,
      );
    });
    await opened(file, async (store) => {
      const positions: number[] = [];
      for await (const records of store.custody().records('main')) {
        positions.push(...records.map(({ seal }) => seal.position));
      }
      expect(positions).toEqual([
        ...Array.from({ length: 50 }, (_, index) => index + 1),
        ...Array.from({ length: 101 }, () => 50),
        ...Array.from({ length: 9 }, (_, index) => 51 + index),
        ...Array.from({ length: 9 }, (_, index) => 291 + index),
        ...Array.from({ length: 19 }, (_, index) => 401 + index),
        9000,
      ]);
      expect(await store.custody().match({ email: ADA['/actor/email'] }, 1000)).toHaveLength(positions.length);
      expect((await store.custody().recordHashes('main', 55, 100)).length).toBe(5 * 32);
      expect((await store.custody().recordHashes('main', 45, 100)).length).toBe(6 * 32);
    });
  });
});

describe('an SQLite log of the version before', () => {
  it('goes on, keeps every record, and can be erased and pruned', async () => {
    const file = newFile();
    const records = await aLogOfThePreviousVersion({ options: { type: 'better-sqlite3', database: file } }, 5);
    await opened(file, async (store) => {
      const custody = store.custody();
      for await (const stored of custody.records('main')) {
        expect([...stored]).toEqual(records);
      }
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(6);
      expect(await store.verify()).toMatchObject({ ok: true, records: 6 });
      expect(await custody.match({ actorId: 'ada' }, 9)).toHaveLength(5);
      expect(await custody.erase('main', [4])).toBe(1);
      expect(await custody.removePrefix('main', 2)).toBe(2);
    });
    withRawDatabase(file, (database) => {
      expect(() => database.exec('DELETE FROM audit_records')).toThrow(/DELETE refused/);
    });
  });
});

describe('what is left of a person in the files of an SQLite log', () => {
  const SALT = '00112233445566778899aabbccddeeff';
  const TRACES = [...Object.values(ADA), SALT];

  function tracesIn(file: string): readonly string[] {
    const parts = ['', '-wal', '-shm'].map((ending) => `${file}${ending}`).filter((path) => isThere(path));
    const bytes = Buffer.concat(parts.map((path) => readFileSync(path)));
    return TRACES.filter((trace) => bytes.includes(trace));
  }

  function isThere(path: string): boolean {
    return readdirSync(folder).some((name) => join(folder, name) === path);
  }

  /** Ada's records between those of others, some with a personal part of several pages. */
  async function fill(store: SqliteAuditStore): Promise<readonly number[]> {
    const events = Array.from({ length: 400 }, (_, index) =>
      index % 7 === 0
        ? anAppendableEvent(
            { details: { index } },
            { ...ADA, '/details/letter': `${ADA['/actor/email']} `.repeat(index % 2 === 0 ? 1 : 2000) },
          )
        : anAppendableEvent({ details: { index } }, undefined),
    );
    for (let start = 0; start < events.length; start += 50) {
      await store.append('main', events.slice(start, start + 50));
    }
    while (!(await store.index().advance(500)).isCaughtUp);
    const found = await store.custody().match({ email: ADA['/actor/email'] }, 1000);
    return found.map(({ position }) => position);
  }

  it('is nothing, after erasing and scrubbing, while the log stays open', async () => {
    const file = newFile();
    await opened(file, async (store) => {
      const positions = await fill(store);
      expect(tracesIn(file)).toEqual(TRACES);
      expect(await store.custody().erase('main', positions)).toBe(58);
      expect(await store.custody().scrub()).toEqual([expect.stringMatching(/^Backups and copies/) as string]);
      expect(tracesIn(file)).toEqual([]);
      expect(await store.find()).toMatchObject({ records: expect.anything() as unknown });
    });
    expect(tracesIn(file)).toEqual([]);
  });

  it('is nothing in a log that an older version wrote', async () => {
    const file = newFile();
    await aLogOfThePreviousVersion({ options: { type: 'better-sqlite3', database: file } }, 60);
    await opened(file, async (store) => {
      await store.custody().erase(
        'main',
        Array.from({ length: 60 }, (_, index) => index + 1),
      );
      await store.custody().scrub();
    });
    const bytes = readFileSync(file);
    expect(['ada@example.org', '192.0.2.7', SALT].filter((trace) => bytes.includes(trace))).toEqual([]);
  });

  it('is nothing after pruning either', async () => {
    const file = newFile();
    await opened(file, async (store) => {
      await fill(store);
      await store.custody().removePrefix('main', 400);
      await store.custody().scrub();
      expect(tracesIn(file)).toEqual([]);
    });
  });

  it('is told when another program reads an older state of the file', async () => {
    const file = newFile();
    await opened(file, async (store) => {
      const positions = await fill(store);
      await withReader(file, async () => {
        await store.custody().erase('main', positions);
        expect(await store.custody().scrub()).toEqual(
          expect.arrayContaining([expect.stringMatching(/^Another connection is reading the SQLite file/)]),
        );
      });
      await store.custody().scrub();
      expect(tracesIn(file)).toEqual([]);
    });
  }, 60_000);
});

/** Holds a snapshot of the file open while the work is done. */
async function withReader(file: string, work: () => Promise<void>): Promise<void> {
  const reader = new BetterSqlite3(file, { readonly: true });
  try {
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM audit_records').get();
    await work();
  } finally {
    reader.close();
  }
}
