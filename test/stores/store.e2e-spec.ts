import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { anAppendableEvent, anEvent, auditStoreContract, type StoreUnderTest } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { AppendingProcess } from '../support/appending-process.js';
import { tamper, withRawDatabase } from '../support/raw-database.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-store-'));
let files = 0;
const newFile = (): string => join(folder, `log-${++files}.sqlite`);
const fileOf = new WeakMap<StoreUnderTest, string>();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function storeIn(file: string): SqliteAuditStore {
  const store = new SqliteAuditStore(file);
  fileOf.set(store, file);
  return store;
}

async function opened<Result>(file: string, work: (store: SqliteAuditStore) => Promise<Result>): Promise<Result> {
  const store = storeIn(file);
  await store.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function erasePersonalPart(store: StoreUnderTest, id: string): Promise<void> {
  tamper(fileOf.get(store) ?? '', (database) =>
    database
      .prepare(
        'UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL, actor_ip = NULL WHERE id = ?',
      )
      .run(id),
  );
  return Promise.resolve();
}

describe('SqliteAuditStore on a file', () => {
  for (const { promise, run } of auditStoreContract(() => storeIn(newFile()), { erasePersonalPart })) {
    it(promise, run);
  }
});

describe('SqliteAuditStore in memory', () => {
  for (const { promise, run } of auditStoreContract(() => storeIn(':memory:'))) {
    it(promise, run);
  }
});

describe('the file of a SqliteAuditStore', () => {
  it('is for its owner only, as are the files beside it: it holds personal data', async () => {
    const file = newFile();
    await opened(file, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      for (const suffix of ['', '-wal', '-shm']) {
        expect([suffix, statSync(file + suffix).mode & 0o777]).toEqual([suffix, 0o600]);
      }
    });
  });

  it('is made with its folders, in write-ahead mode, and is whole when the store is closed', async () => {
    const file = join(folder, 'not', 'yet', 'there', 'audit.sqlite');
    await opened(file, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      expect(existsSync(`${file}-wal`)).toBe(true);
    });
    expect(existsSync(`${file}-wal`)).toBe(false);
    const facts = withRawDatabase(file, (database) => ({
      journal: database.pragma('journal_mode', { simple: true }),
      integrity: database.pragma('integrity_check', { simple: true }),
      records: database.prepare('SELECT count(*) FROM audit_records').pluck().get(),
    }));
    expect(facts).toStrictEqual({ journal: 'wal', integrity: 'ok', records: 1 });
  });

  it('keeps what an earlier run wrote, and goes on where it ended', async () => {
    const file = newFile();
    const event = anEvent();
    await opened(file, (store) => store.append('main', [anAppendableEvent(event)]));
    await opened(file, async (store) => {
      expect((await store.append('main', [anAppendableEvent()])).firstPosition).toBe(2);
      expect((await store.get(event.id))?.event).toStrictEqual(event);
      expect(await store.verify()).toMatchObject({ ok: true, records: 2 });
    });
  });

  it('may be an empty file, or a database that holds something else', async () => {
    const empty = newFile();
    writeFileSync(empty, '');
    const foreign = newFile();
    withRawDatabase(foreign, (database) => database.exec('CREATE TABLE invoices (id INTEGER)'));
    for (const file of [empty, foreign]) {
      await opened(file, async (store) => {
        await store.append('main', [anAppendableEvent()]);
        expect(await store.verify()).toMatchObject({ ok: true, records: 1 });
      });
    }
  });

  it('notes its migrations, and runs each of them once', async () => {
    const file = newFile();
    const applied = () =>
      withRawDatabase(file, (database) => database.prepare('SELECT name FROM audit_migrations').pluck().all());
    await opened(file, (store) => store.verify());
    const first = applied();
    await opened(file, (store) => store.verify());
    expect(first).toStrictEqual([
      'CreateAuditLog1795219200000',
      'AddCustody1795305600000',
      'AddDelivery1795392000000',
      'AddReading1795478400000',
    ]);
    expect(applied()).toStrictEqual(first);
  });
});

describe('the append-only triggers', () => {
  const file = newFile();
  const attempt = (sql: string): string =>
    withRawDatabase(file, (database) => {
      try {
        database.exec(sql);
        return 'done';
      } catch (error) {
        return (error as Error).message;
      }
    });

  beforeAll(() => opened(file, (store) => store.append('main', [anAppendableEvent(), anAppendableEvent()])));

  it.each([
    ['UPDATE audit_records SET body = body', /audit_records is append-only: UPDATE refused/],
    ["UPDATE audit_records SET actor_id = 'x' WHERE position = 1", /audit_records is append-only: UPDATE refused/],
    ['DELETE FROM audit_records', /audit_records is append-only: DELETE refused/],
    ['DELETE FROM audit_records WHERE position = 2', /audit_records is append-only: DELETE refused/],
    ['DELETE FROM audit_heads', /audit_heads is append-only: DELETE refused/],
    ['UPDATE audit_heads SET position = 1', /audit_heads only moves forward: UPDATE refused/],
    ['UPDATE audit_heads SET position = position', /audit_heads only moves forward: UPDATE refused/],
    ["UPDATE audit_heads SET chain = 'other', position = 9", /audit_heads only moves forward: UPDATE refused/],
    ["INSERT OR REPLACE INTO audit_heads VALUES ('main', 1, 'x')", /audit_heads only moves forward: INSERT refused/],
  ])('refuse %s', async (sql, message) => {
    expect(attempt(sql)).toMatch(message);
    expect(await opened(file, (store) => store.verify())).toMatchObject({ ok: true, records: 2 });
  });

  it('do not see INSERT OR REPLACE on a record, which verify names', async () => {
    const columns = withRawDatabase(file, (database) =>
      database.prepare("SELECT name FROM pragma_table_info('audit_records') WHERE name <> 'sequence'").pluck().all(),
    ) as string[];
    const values = columns.map((column) => (column === 'body' ? "replace(body, 'completed', 'cancelled')" : column));
    const sql =
      `INSERT OR REPLACE INTO audit_records (${columns.join(', ')}) ` +
      `SELECT ${values.join(', ')} FROM audit_records WHERE position = 1`;
    expect(attempt(sql)).toBe('done');
    const { faults } = await opened(file, (store) => store.verify());
    expect(faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`)).toStrictEqual(['edited main 1']);
  });
});

describe('several processes on one file', () => {
  it('may make it at the same time', async () => {
    const file = newFile();
    const others = Array.from({ length: 3 }, () => new AppendingProcess(file, { concurrency: 1, appends: 1 }));
    await Promise.all(others.map((process_) => process_.finished()));
    const report = await opened(file, (store) => store.verify());
    expect(report).toMatchObject({ ok: true, records: 6 });
  });

  it('share one chain: no gap, no fork, every acknowledged position taken once', async () => {
    const file = newFile();
    await opened(file, async (store) => {
      const others = [1, 2].map(() => new AppendingProcess(file, { concurrency: 4, appends: 100 }));
      const own: number[] = [];
      for (let round = 0; round < 50; round++) {
        own.push((await store.append('main', [anAppendableEvent(), anAppendableEvent()])).firstPosition);
      }
      await Promise.all(others.map((process_) => process_.finished()));
      const theirs = others.flatMap(({ acknowledged }) => acknowledged.map(({ firstPosition }) => firstPosition));
      const positions = [...own, ...theirs].sort((a, b) => a - b);
      expect(positions).toStrictEqual(Array.from({ length: 250 }, (_, index) => index * 2 + 1));
      expect(await store.verify()).toMatchObject({ ok: true, records: 500, faults: [] });
    });
  });
});

describe('a process that is killed while it appends', () => {
  it('leaves everything that was acknowledged, whole appends only, and a chain that verifies: ten times', async () => {
    const file = newFile();
    const acknowledged: { firstPosition: number; ids: readonly string[] }[] = [];
    for (let round = 0; round < 10; round++) {
      const writer = new AppendingProcess(file, { concurrency: 8, appends: 0 });
      await writer.killAfter(3 + round * 4);
      acknowledged.push(...writer.acknowledged);
      const report = await opened(file, (store) => store.verify());
      expect(report.faults).toStrictEqual([]);
      expect(report.records % 2).toBe(0);
      expect(report.records).toBeGreaterThanOrEqual(acknowledged.length * 2);
    }
    const stored = withRawDatabase(file, (database) =>
      database.prepare<[], [string, number]>('SELECT id, position FROM audit_records').raw().all(),
    );
    const positionOf = new Map(stored);
    const lost = acknowledged.filter(({ firstPosition, ids }) =>
      ids.some((id, index) => positionOf.get(id) !== firstPosition + index),
    );
    expect(lost).toStrictEqual([]);
    expect(withRawDatabase(file, (database) => database.pragma('integrity_check', { simple: true }))).toBe('ok');
  }, 120_000);
});

describe('a database that cannot be used', () => {
  const refusal = async (file: string) =>
    storeIn(file)
      .open()
      .then(
        () => 'opened',
        (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
      );

  it('is one that a newer version wrote: the message names the migrations and the cure', async () => {
    const file = newFile();
    await opened(file, (store) => store.append('main', [anAppendableEvent()]));
    withRawDatabase(file, (database) =>
      database.exec("INSERT INTO audit_migrations (timestamp, name) VALUES (1999999999999, 'AddWonders1999999999999')"),
    );
    expect(await refusal(file)).toBe(
      `AUDIT_SCHEMA_TOO_NEW: The audit database "${file}" has migrations this version does not know ` +
        '(AddWonders1999999999999). Upgrade nestjs-audited to the version that wrote it, or point the option "database" ' +
        'at another file.',
    );
    expect(
      withRawDatabase(file, (database) => database.prepare('SELECT count(*) FROM audit_records').pluck().get()),
    ).toBe(1);
  });

  it('is one in a folder that cannot be made', async () => {
    const file = newFile();
    writeFileSync(file, 'a file, where a folder is wanted');
    expect(await refusal(join(file, 'audit.sqlite'))).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*cannot be created in the folder .*Give the process write access to the folder, or set the option "database"/,
    );
  });

  it('is one in a folder that refuses new files, whoever asks', async () => {
    if (!existsSync('/proc/self')) {
      console.log('skipped: no /proc on this system, which is what refuses even root');
      return;
    }
    expect(await refusal('/proc/audit.sqlite')).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*"\/proc\/audit\.sqlite"/);
    expect(await refusal('/proc/audited/audit.sqlite')).toMatch(/^AUDIT_DATABASE_UNUSABLE: .*"\/proc\/audited"/);
  });

  it('is a folder', async () => {
    const path = join(folder, 'a-folder.sqlite');
    mkdirSync(path);
    expect(await refusal(path)).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*is a folder\. Set the option "database" to the path of a file\.$/,
    );
  });

  it('is a file of another kind, which is left as it was', async () => {
    const file = newFile();
    writeFileSync(file, 'This is a letter, not a database. '.repeat(100));
    const size = statSync(file).size;
    expect(await refusal(file)).toMatch(
      /^AUDIT_DATABASE_UNUSABLE: .*file is not a database\). Make sure it is an audit database/,
    );
    expect(statSync(file).size).toBe(size);
  });

  it('does not keep a store from being opened once the cause is gone', async () => {
    const file = newFile();
    writeFileSync(file, 'not a database, but long enough to be looked at'.repeat(20));
    const store = storeIn(file);
    await expect(store.open()).rejects.toMatchObject({ code: 'AUDIT_DATABASE_UNUSABLE' });
    rmSync(file);
    await store.open();
    await store.append('main', [anAppendableEvent()]);
    await store.close();
  });
});

describe('a disk that is full', () => {
  const disk = join(folder, 'small-disk');
  const mounted = ((): boolean => {
    mkdirSync(disk);
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status === 0;
  })();

  afterAll(() => {
    if (mounted) {
      spawnSync('umount', [disk]);
    }
  });

  it('refuses the append, loses nothing that was acknowledged, and goes on when there is room', async () => {
    if (!mounted) {
      console.log('skipped: this user may not mount a small tmpfs to fill');
      return;
    }
    const file = join(disk, 'audit.sqlite');
    const ballast = join(disk, 'ballast');
    await opened(file, async (store) => {
      await store.append('main', [anAppendableEvent()]);
      writeFileSync(ballast, Buffer.alloc(1_200_000));
      let accepted = 1;
      const fill = async (): Promise<void> => {
        for (;;) {
          await store.append('main', [anAppendableEvent({ details: { text: 'x'.repeat(20_000) } })]);
          accepted++;
        }
      };
      await expect(fill()).rejects.toMatchObject({
        code: 'AUDIT_STORE_UNAVAILABLE',
        message: expect.stringMatching(/full/) as string,
      });
      rmSync(ballast);
      await store.append('main', [anAppendableEvent()]);
      expect(await store.verify()).toMatchObject({ ok: true, records: accepted + 1 });
    });
  });
});

describe('the event loop', () => {
  it('goes on turning while 20 000 records are appended and verified', async () => {
    const file = newFile();
    await opened(file, async (store) => {
      const batch = Array.from({ length: 20_000 }, () => anAppendableEvent());
      const turnsWhileAppending = await turnsDuring(store.append('main', batch));
      const turnsWhileVerifying = await turnsDuring(store.verify());
      // On the main thread each of the two would be one single turn.
      expect(turnsWhileAppending).toBeGreaterThan(50);
      expect(turnsWhileVerifying).toBeGreaterThan(50);
    });
  });
});

/** How many times the event loop came round before the work was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let working = true;
  const count = (): void => {
    turns++;
    if (working) {
      setImmediate(count);
    }
  };
  setImmediate(count);
  await work;
  working = false;
  return turns;
}

describe('a writing thread that dies', () => {
  const kill = (store: SqliteAuditStore): Promise<number> =>
    (store as unknown as { writer: { worker: Worker } }).writer.worker.terminate();

  it('is replaced by the next append, which continues the chain', async () => {
    await opened(newFile(), async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await kill(store);
      const receipts = await Promise.all([1, 2, 3].map(() => store.append('main', [anAppendableEvent()])));
      expect(receipts.map(({ firstPosition }) => firstPosition)).toEqual([2, 3, 4]);
      expect((await store.verify()).ok).toBe(true);
    });
  });

  it('takes a log in memory with it: that never comes back empty as if nothing had been', async () => {
    await opened(':memory:', async (store) => {
      await store.append('main', [anAppendableEvent()]);
      await kill(store);
      await expect(store.append('main', [anAppendableEvent()])).rejects.toThrow(/store is unavailable/);
    });
  });
});
