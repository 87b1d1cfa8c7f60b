import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { IntegrityReport, VerifyOptions, VerifyProgress } from 'nestjs-audited';
import { anAppendableEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { tamper } from '../support/raw-database.js';

const RECORDS = 12_000;
/** Records that no quick check decides: each is looked at by the exact one. */
const ODD = 37;

let folder: string;
let pristine: string;
let copies = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audited-verification-'));
  pristine = join(folder, 'pristine.sqlite');
  await writeLog(pristine);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function writeLog(file: string): Promise<void> {
  const store = new SqliteAuditStore(file);
  await store.open();
  for (let from = 1; from <= RECORDS; from += 1000) {
    await store.append(
      'main',
      Array.from({ length: 1000 }, (_, index) => eventAt(from + index)),
    );
    await store.append('tenant:b', [anAppendableEvent({ action: `Step ${from}` })]);
  }
  await store.close();
}

function eventAt(position: number): ReturnType<typeof anAppendableEvent> {
  const facts = {
    action: position % ODD === 0 ? `Odd \ufffd ${position}` : `Step ${position} ü "quoted" \\ and \u0001`,
    actor: { kind: 'user' as const, id: `DOMAIN\\u-${position % 50}` },
    details: { position, nested: [{ deep: position / 3 }] },
  };
  return position % 3 === 0
    ? anAppendableEvent(facts, { '/actor/email': `zoë-${position}@example.com`, '/actor/name': 'Zoë' })
    : anAppendableEvent(facts);
}

/** Verifies a copy of the log after something was done to it, with each number of threads. */
async function reportsAfter(
  work: (database: Database) => void,
  options: VerifyOptions = {},
): Promise<readonly IntegrityReport[]> {
  const file = join(folder, `copy-${++copies}.sqlite`);
  copyFileSync(pristine, file);
  tamper(file, work);
  const store = new SqliteAuditStore(file);
  await store.open();
  try {
    const reports: IntegrityReport[] = [];
    for (const threads of [1, 2, 3]) {
      reports.push(await store.verify({ ...options, threads }));
    }
    return reports;
  } finally {
    await store.close();
    rmSync(file);
  }
}

const withoutTime = (report: IntegrityReport): object => ({ ...report, durationMs: 0 });

describe('verification by several threads', () => {
  it('finds a good log good, and counts what one thread counts', async () => {
    const [one, ...others] = (await reportsAfter(() => undefined)).map(withoutTime);
    expect(one).toMatchObject({
      ok: true,
      state: 'intact',
      records: RECORDS + 12,
      chains: [
        { chain: 'main', position: RECORDS },
        { chain: 'tenant:b', position: 12 },
      ],
    });
    others.forEach((other) => expect(other).toStrictEqual(one));
  });

  it.each<[string, string, string[]]>([
    [
      'a body was edited',
      "UPDATE audit_records SET body = replace(body, 'Step', 'Stop') WHERE chain = 'main' AND position = 7001",
      ['edited main 7001'],
    ],
    [
      'a column was edited',
      "UPDATE audit_records SET actor_id = 'DOMAIN\\u-1' || char(0) WHERE chain = 'main' AND position = 5001",
      ['column main 5001'],
    ],
    [
      'a column was made bytes, which no list of columns can hold',
      "UPDATE audit_records SET component = CAST(component AS BLOB) WHERE chain = 'main' AND position IN (9, 9000)",
      ['column main 9', 'column main 9000'],
    ],
    [
      'a personal part was edited',
      "UPDATE audit_records SET personal = replace(personal, 'Zo', 'Zu') WHERE chain = 'main' AND position = 6000",
      ['personal main 6000'],
    ],
    [
      'a personal part was taken away by hand',
      `UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL
       WHERE chain = 'main' AND position = 9999`,
      ['erasure main 9999'],
    ],
    [
      'records at a border between two threads were removed',
      "DELETE FROM audit_records WHERE chain = 'main' AND position BETWEEN 5000 AND 5001",
      ['deleted main 5000'],
    ],
    [
      'the end was removed',
      "DELETE FROM audit_records WHERE chain = 'main' AND position > 11000",
      ['truncated main 11001'],
    ],
    [
      'a record was moved',
      "UPDATE audit_records SET position = 12001 WHERE chain = 'main' AND position = 11500",
      ['deleted main 11500', 'reordered main 12001'],
    ],
    [
      'two sequences were exchanged',
      `UPDATE audit_records SET sequence = -1 WHERE chain = 'main' AND position = 8000;
       UPDATE audit_records SET sequence = (SELECT sequence FROM audit_records WHERE chain = 'main' AND position = 8001) + 100000
       WHERE chain = 'main' AND position = 8001;
       UPDATE audit_records SET sequence = (SELECT sequence FROM audit_records WHERE chain = 'main' AND position = 8001) - 100000
       WHERE sequence = -1`,
      ['column main 8001'],
    ],
    ['the head was removed', "DELETE FROM audit_heads WHERE chain = 'main'", ['head main 12000']],
    ['the head was moved on', "UPDATE audit_heads SET position = 13000 WHERE chain = 'main'", ['head main 13000']],
    [
      'a chain was renamed',
      "UPDATE audit_records SET chain = 'other' WHERE chain = 'tenant:b'",
      ['inserted other 1', 'truncated tenant:b 1'],
    ],
  ])('says the same as one thread when %s', async (_what, sql, faults) => {
    const [one, ...others] = (await reportsAfter((database) => database.exec(sql))).map(withoutTime);
    const named = (one as IntegrityReport).faults.map(({ kind, chain, position }) => `${kind} ${chain} ${position}`);
    expect(named).toStrictEqual(faults);
    others.forEach((other) => expect(other).toStrictEqual(one));
  });

  it('looks at one chain only when it is asked to, and at none that is not there', async () => {
    for (const chain of ['tenant:b', 'nobody']) {
      const [one, ...others] = (await reportsAfter(() => undefined, { chain })).map(withoutTime);
      expect(one).toMatchObject({ ok: true, chains: [{ chain, records: chain === 'nobody' ? 0 : 12 }] });
      others.forEach((other) => expect(other).toStrictEqual(one));
    }
  });

  it('is right while others append', async () => {
    const file = join(folder, 'busy.sqlite');
    copyFileSync(pristine, file);
    const store = new SqliteAuditStore(file);
    await store.open();
    let isOver = false;
    const appending = (async () => {
      while (!isOver) {
        await store.append('main', [eventAt(1), eventAt(2)]);
      }
    })();
    for (const threads of [2, 1, 2]) {
      expect(await store.verify({ threads })).toMatchObject({ ok: true, faultCount: 0 });
    }
    isOver = true;
    await appending;
    await store.close();
  });
});

describe('the progress of a verification', () => {
  it.each([1, 2])('rises to the end, with %i thread(s)', async (threads) => {
    const store = new SqliteAuditStore(pristine);
    await store.open();
    const told: VerifyProgress[] = [];
    await store.verify({ threads, onProgress: (progress) => told.push(progress) });
    await store.close();
    expect(told.length).toBeGreaterThan(0);
    expect(told.at(-1)).toStrictEqual({ records: RECORDS + 12, total: RECORDS + 12 });
    expect(told.map(({ records }) => records)).toStrictEqual(told.map(({ records }) => records).sort((a, b) => a - b));
  });

  it('is no reason to fail for the log: what the listener throws, whoever verifies gets', async () => {
    const store = new SqliteAuditStore(pristine);
    await store.open();
    const onProgress = (): never => {
      throw new Error('the bar broke');
    };
    await expect(store.verify({ onProgress })).rejects.toThrow('the bar broke');
    expect(await store.verify()).toMatchObject({ ok: true });
    await store.close();
  });
});

describe('options of a verification', () => {
  it.each<[string, object, string]>([
    ['no number of threads', { threads: 0 }, 'AUDIT_OPTIONS_INVALID'],
    ['half a thread', { threads: 1.5 }, 'AUDIT_OPTIONS_INVALID'],
    ['a negative number of faults', { maxFaults: -1 }, 'AUDIT_OPTIONS_INVALID'],
    ['an unknown name', { thread: 2 }, 'AUDIT_OPTIONS_INVALID'],
    ['a key that is none', { trustedKeys: ['not a key'] }, 'AUDIT_KEY_INVALID'],
    ['a text without any key', { trustedKeys: ['# nothing here'] }, 'AUDIT_OPTIONS_INVALID'],
    ['keys that are no list', { trustedKeys: 'key' }, 'AUDIT_OPTIONS_INVALID'],
    ['a checkpoint that is none', { checkpoints: ['example.com/main\n7\n'] }, 'AUDIT_OPTIONS_INVALID'],
    ['no function to tell', { onProgress: 1 }, 'AUDIT_OPTIONS_INVALID'],
  ])('%s is refused', async (_what, options, code) => {
    const store = new SqliteAuditStore(pristine);
    await store.open();
    await expect(store.verify(options)).rejects.toMatchObject({ code });
    await store.close();
  });
});
