import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../testing/fixed.clock.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { Journal } from './journal.js';
import { expiredFiles } from './journal-retention.js';
import { resolveJournalOptions, type JournalOptions } from './journal.options.js';

const DAY_MS = 86_400_000;

let directory: string;
let notes: string[];
let problems: string[];
let journal: Journal | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-journal-'));
  notes = [];
  problems = [];
});

afterEach(async () => {
  await journal?.close();
  await rm(directory, { recursive: true, force: true });
});

async function openWith(
  given: Partial<JournalOptions>,
  { clock = new FixedClock(), oldestUnstoredAt = (): string | undefined => undefined } = {},
): Promise<Journal> {
  journal = new Journal(resolveJournalOptions({ directory, ...given }), {
    clock,
    oldestUnstoredAt,
    report: (problem, error) => problems.push(`${problem}: ${String(error)}`),
    note: (message) => notes.push(message),
  });
  await journal.open();
  return journal;
}

async function put(...names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => writeFile(join(directory, name), '')));
}

const names = async (): Promise<readonly string[]> => (await readdir(directory)).sort();

describe('retention of the journal', () => {
  it('removes files whose whole day is longer ago than the retention, and says which', async () => {
    await put(
      'audit-2026-11-13.jsonl',
      'audit-2026-11-13.001.jsonl',
      'audit-2026-11-14.jsonl',
      'audit-2026-11-21.jsonl',
    );
    const { status } = await openWith({ retentionDays: 7 }).then((opened) => ({ status: opened.status() }));
    expect(await names()).toEqual(['audit-2026-11-14.jsonl', 'audit-2026-11-21.jsonl']);
    expect(notes).toEqual([
      expect.stringContaining(
        '2 file(s) older than 7 day(s) were removed: audit-2026-11-13.jsonl, audit-2026-11-13.001.jsonl',
      ),
    ]);
    expect(status.files).toBe(2);
    expect(problems).toEqual([]);
  });

  it('keeps everything with retentionDays 0, and 400 days unless told otherwise', async () => {
    await put('audit-1999-01-01.jsonl', 'audit-2025-10-16.jsonl', 'audit-2025-10-17.jsonl');
    await (await openWith({ retentionDays: 0 })).close();
    expect(await names()).toHaveLength(3);
    await openWith({});
    expect(await names()).toEqual(['audit-2025-10-17.jsonl']);
  });

  it('keeps the day of the oldest event that is not stored yet, and every later day', async () => {
    await put('audit-2026-09-30.jsonl', 'audit-2026-10-01.jsonl', 'audit-2026-10-02.jsonl');
    await openWith({ retentionDays: 1 }, { oldestUnstoredAt: () => '2026-10-01T00:00:00.000Z' });
    expect(await names()).toEqual(['audit-2026-10-01.jsonl', 'audit-2026-10-02.jsonl']);
  });

  it('keeps everything when it cannot be known what is stored', async () => {
    await put('audit-2026-09-30.jsonl');
    await (await openWith({ retentionDays: 1 }, { oldestUnstoredAt: () => 'nonsense' })).close();
    await openWith(
      { retentionDays: 1 },
      {
        oldestUnstoredAt: () => {
          throw new Error('the spool cannot be read');
        },
      },
    );
    expect(await names()).toEqual(['audit-2026-09-30.jsonl']);
    expect(problems).toEqual([expect.stringContaining('old files could not be looked for or removed')]);
  });

  it("never removes a stranger's file, a link or a folder", async () => {
    const strangers = [
      'audit-2001-01-01.jsonl.gz',
      'audit-2001-01-01.1.jsonl',
      'audit-2001-01-01.0001.jsonl',
      'audit-2001-01-01.000.jsonl',
      'audit-2001-02-30.jsonl',
      'audit-2001-1-1.jsonl',
      'audit_2001-01-01.jsonl',
      'audit-x-2001-01-01.jsonl',
      'myaudit-2001-01-01.jsonl',
      'audit-2001-01-01.json',
      'audit.jsonl',
    ];
    await put(...strangers, 'target', 'audit-2001-01-05.jsonl');
    await mkdir(join(directory, 'audit-2001-01-02.jsonl'));
    await symlink(join(directory, 'target'), join(directory, 'audit-2001-01-03.jsonl'));
    await openWith({ retentionDays: 1 });
    expect(await names()).toEqual(
      [...strangers, 'target', 'audit-2001-01-02.jsonl', 'audit-2001-01-03.jsonl'].toSorted(),
    );
  });

  it('runs again when a new day begins', async () => {
    const clock = new FixedClock();
    const opened = await openWith({ retentionDays: 1 }, { clock });
    for (let day = 0; day < 4; day++) {
      await opened.write([anAppendableEvent()]);
      clock.advance(DAY_MS);
    }
    await opened.close();
    expect(await names()).toEqual(['audit-2026-11-24.jsonl']);
  });

  it('removes nothing right after the clock leapt ahead', async () => {
    const clock = new FixedClock();
    const opened = await openWith({ retentionDays: 1 }, { clock });
    await opened.write([anAppendableEvent()]);
    clock.advance(3650 * DAY_MS);
    await opened.write([anAppendableEvent()]);
    clock.advance(-3650 * DAY_MS);
    await opened.close();
    expect(await names()).toEqual(['audit-2026-11-21.jsonl', 'audit-2036-11-18.jsonl']);
    expect(notes).toEqual([expect.stringMatching(/the clock leapt \d+ day\(s\) ahead; nothing is removed/)]);
  });
});

describe('expiredFiles', () => {
  it('keeps a day until its last moment is as old as the retention', () => {
    const files = ['2026-11-18', '2026-11-19', '2026-11-20'].map((day) => ({ name: day, day, index: 0 }));
    const rule = { today: '2026-11-20', retentionDays: 1, oldestUnstoredAt: undefined };
    expect(expiredFiles(files, rule).map(({ day }) => day)).toEqual(['2026-11-18']);
  });
});
