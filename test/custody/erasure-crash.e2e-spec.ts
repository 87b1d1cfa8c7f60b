import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, openCustody, type OpenCustodyOptions } from 'nestjs-audited/custody';
import { anAppendableEvent, anEvent } from 'nestjs-audited/testing';
import { SqliteAuditStore } from 'nestjs-audited/typeorm';
import { Journal } from '../../libs/audited/dist/esm/recording/journal/journal.js';
import { resolveJournalOptions } from '../../libs/audited/dist/esm/recording/journal/journal.options.js';
import { Spool } from '../../libs/audited/dist/esm/recording/spool/spool.js';
import { DEFAULT_SPOOL_OPTIONS } from '../../libs/audited/dist/esm/recording/spool/spool.options.js';
import { allFiles, tracesIn } from '../support/person-trail.js';

const EMAIL = 'ann.forgetme@example.com';
const RECORDS = 1300;
const SELECTION = { email: EMAIL };
const ACT = { by: { kind: 'user', id: 'dpo-1' }, reason: 'Article 17 GDPR' } as const;
const SILENT = {
  torn: () => undefined,
  damaged: () => undefined,
  refused: () => undefined,
  takenOver: () => undefined,
  takenAway: () => undefined,
  failed: () => undefined,
  lossesLeft: () => Promise.resolve(),
};

let folder: string;
let options: OpenCustodyOptions;

/** Ann's events and others', in a log, a spool and a journal. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audited-erasure-crash-'));
  options = {
    database: join(folder, 'audit.sqlite'),
    checkpoints: { origin: 'audit.example.com/crash', keys: { pem: generateKeyPair().privatePem } },
    spools: [join(folder, 'spool')],
    journals: [join(folder, 'journal')],
  };
  const of = (email: string) => anAppendableEvent(anEvent(), { '/actor/email': email });
  const stored = Array.from({ length: 2 * RECORDS }, (_, at) => of(at % 2 === 0 ? EMAIL : 'bob@example.com'));
  const waiting = [of(EMAIL), of('bob@example.com'), of(EMAIL)];
  const store = new SqliteAuditStore(join(folder, 'audit.sqlite'));
  await store.open();
  await store.append('main', stored);
  await store.append('other', [of(EMAIL)]);
  await store.close();
  const spool = new Spool({ ...DEFAULT_SPOOL_OPTIONS, directory: join(folder, 'spool') }, SILENT);
  await spool.open();
  await spool.append('main', waiting);
  await spool.close();
  const journal = new Journal(resolveJournalOptions({ directory: join(folder, 'journal') }), {
    clock: { now: () => Date.now() },
    oldestUnstoredAt: () => undefined,
    report: () => undefined,
    note: () => undefined,
  });
  await journal.open();
  await journal.write([...stored, ...waiting]);
  await journal.close();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Ending {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly output: string;
}

/** Runs the erasure in a child that is killed at a point, or after a time. */
async function eraseInChild(killAt: { phase: string; times: number } | null, killAfterMs?: number): Promise<Ending> {
  const given = JSON.stringify({ custody: options, selection: SELECTION, act: ACT, killAt });
  const child = spawn(process.execPath, [join(import.meta.dirname, '../support/erase-until-killed.mjs'), given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { code, signal, output };
}

/** What must hold after every crash; and that a second run does the rest. */
async function expectItCanBeFinished(): Promise<void> {
  const { custody, close } = await openCustody(options);
  await expect(custody.verify()).resolves.toMatchObject({ ok: true, state: 'intact', faults: [] });
  await custody.erase(SELECTION, ACT, { scrub: true, othersAreStopped: true });
  const verdict = await custody.verify();
  expect(verdict).toMatchObject({ ok: true, state: 'intact', faults: [] });
  expect(verdict.chains.map(({ chain, erased }) => ({ chain, erased }))).toEqual([
    { chain: 'main', erased: RECORDS },
    { chain: 'other', erased: 1 },
  ]);
  await close();
  expect(allFiles(folder).flatMap((file) => tracesIn(file, [EMAIL]))).toEqual([]);
  // What waited moves on, without its personal part, and the log says so.
  const store = new SqliteAuditStore(join(folder, 'audit.sqlite'));
  await store.open();
  const spool = new Spool({ ...DEFAULT_SPOOL_OPTIONS, directory: join(folder, 'spool') }, SILENT);
  await spool.open();
  while (
    !(await spool.replay(async (chain, events) => {
      await store.appendMissing(chain, events);
    }))
  ) {
    // The next file.
  }
  await spool.close();
  const last = await store.verify();
  expect(last).toMatchObject({ ok: true, faults: [] });
  expect(last.chains[0]?.erased).toBe(RECORDS + 2);
  await store.close();
}

describe('an erasure that is killed', () => {
  it.each([
    ['before the log says anything', { phase: 'search', times: 1 }],
    ['when the log says what goes, and nothing went', { phase: 'stated', times: 1 }],
    ['when the waiting events are stripped', { phase: 'waiting', times: 1 }],
    ['after the first batch of records', { phase: 'records', times: 1 }],
    ['after the second batch of records', { phase: 'records', times: 2 }],
    ['when the records are done, and the copies are not', { phase: 'search', times: 3 }],
    ['after the copies', { phase: 'copies', times: 1 }],
  ])(
    'leaves a correct log %s, and is finished by the next run',
    async (_when, killAt) => {
      await expect(eraseInChild(killAt)).resolves.toMatchObject({ signal: 'SIGKILL' });
      await expectItCanBeFinished();
    },
    60_000,
  );

  it('leaves a correct log whenever it comes', async () => {
    for (const killAfterMs of [300, 420, 540, 660]) {
      await eraseInChild(null, killAfterMs);
      const { custody, close } = await openCustody(options);
      await expect(custody.verify()).resolves.toMatchObject({ ok: true, state: 'intact', faults: [] });
      await close();
    }
    await expectItCanBeFinished();
  }, 120_000);
});
