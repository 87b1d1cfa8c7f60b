import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anAppendableEvent, logIndexContract, type LogIndexUnderTest } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { assertIndexIsExact } from '../../libs/audited/src/testing/indexed-records.js';
import { aLogOfThePreviousVersion } from '../support/previous-version.js';
import { withRawDatabase } from '../support/raw-database.js';

const folder = mkdtempSync(join(tmpdir(), 'audited-index-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

function logIn(file: string): LogIndexUnderTest {
  const store = new SqliteAuditStore(file);
  return {
    store,
    custody: store.custody(),
    index: store.index(),
    documentKey: 'rowid',
    select: async (sql) =>
      withRawDatabase(file, (database) => database.prepare<[], Record<string, unknown>>(sql).all()),
    another: () => logIn(file),
  };
}

describe('the index of SqliteAuditStore', () => {
  for (const { promise, run } of logIndexContract(() => logIn(join(folder, `${files++}.sqlite`)))) {
    it(promise, run);
  }

  it('takes in a log of an older version', async () => {
    const file = join(folder, `${files++}.sqlite`);
    await aLogOfThePreviousVersion({ options: { type: 'better-sqlite3', database: file } }, 30);
    const log = logIn(file);
    await log.store.open();
    expect(await log.index.lag()).toContainEqual({ index: 'search', records: 30 });
    while (!(await log.index.advance(8)).isCaughtUp);
    expect(await assertIndexIsExact(log)).toBe(30);
    await log.store.close();
  });

  it('is whole after a process was killed in the middle of a step, and goes on', async () => {
    const file = join(folder, `${files++}.sqlite`);
    const log = logIn(file);
    await log.store.open();
    await log.store.append(
      'main',
      Array.from({ length: 2000 }, (_, index) =>
        anAppendableEvent({ sessionId: `s-${index}`, details: { note: `note ${index}` } }),
      ),
    );
    for (const killAfter of [37, 150, 402]) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../support/index-until-killed.mjs'), file, String(killAfter)],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      expect(await assertIndexIsExact(log)).toBeGreaterThanOrEqual(killAfter);
    }
    while (!(await log.index.advance(500)).isCaughtUp);
    expect(await assertIndexIsExact(log)).toBe(2000);
    await log.store.close();
  }, 60_000);
});

describe('what an erasure and a pruning leave of the index in an SQLite file', () => {
  it('is nothing that can be searched for, after scrubbing', async () => {
    const file = join(folder, `${files++}.sqlite`);
    const log = logIn(file);
    await log.store.open();
    const events = Array.from({ length: 300 }, (_, index) =>
      anAppendableEvent({ reason: index < 200 ? `zyx${index}word` : 'ordinary' }, { '/actor/ip': '203.0.113.77' }),
    );
    await log.store.append('main', events);
    while (!(await log.index.advance(100)).isCaughtUp);
    const found = (words: string): Promise<readonly unknown[]> =>
      log.select(`SELECT rowid FROM audit_documents WHERE audit_documents MATCH '"${words}"'`);
    // A trigram that only the words of removed records have.
    const hasTrigram = async (): Promise<boolean> =>
      (await log.select('SELECT block FROM audit_documents_data')).some(({ block }) =>
        (block as Buffer).includes('zyx'),
      );
    expect([await found('zyx7word'), await hasTrigram()]).toEqual([[expect.anything()], true]);
    await log.custody.removePrefix('main', 200);
    await log.custody.erase(
      'main',
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
    expect(await found('zyx7word')).toHaveLength(0);
    expect(await found('ordinary')).toHaveLength(100);
    await log.custody.scrub();
    expect(readFileSync(file).includes('203.0.113.77')).toBe(false);
    expect(await hasTrigram()).toBe(false);
    expect(await found('ordinary')).toHaveLength(100);
    await assertIndexIsExact(log);
    await log.store.close();
  });
});
