import { mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { createOwnFile, type CreateFile } from './journal-file.js';
import { Journal, type JournalParts } from './journal.js';
import { resolveJournalOptions, type JournalOptions } from './journal.options.js';

const HOUR_MS = 3_600_000;

let directory: string;
let clock: FixedClock;
let problems: string[];
let notes: string[];
const opened: Journal[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-journal-'));
  clock = new FixedClock(Date.parse('2026-11-21T23:30:00.000Z'));
  problems = [];
  notes = [];
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
  await rm(directory, { recursive: true, force: true });
});

async function aJournal(given: Partial<JournalOptions> = {}, parts: Partial<JournalParts> = {}): Promise<Journal> {
  const journal = new Journal(resolveJournalOptions({ directory, ...given }), {
    clock,
    oldestUnstoredAt: () => undefined,
    report: (problem, error) => problems.push(`${problem}: ${String(error)}`),
    note: (message) => notes.push(message),
    ...parts,
  });
  opened.push(journal);
  await journal.open();
  return journal;
}

const anEventOf = (facts: Partial<AuditEvent> = {}): { body: string } =>
  anAppendableEvent({ recordedAt: new Date(clock.now()).toISOString(), ...facts });

async function names(): Promise<readonly string[]> {
  return (await readdir(directory)).sort();
}

async function actionsIn(name: string): Promise<readonly string[]> {
  const text = await readFile(join(directory, name), 'utf8');
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => (JSON.parse(line) as AuditEvent).action);
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    if (Date.now() > deadline) {
      throw new Error(`never came: ${isTrue.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('Journal', () => {
  it('writes one line per event, in order, with the personal part in its place, readable by the owner alone', async () => {
    const journal = await aJournal({ fsync: 'always' });
    const actor = { kind: 'user', id: 'u-1' } as const;
    await journal.write([
      anEventOf({ action: 'first', details: { text: 'one\ntwo\u2028three\u0085four\u007f' } }),
      anAppendableEvent({ action: 'second', actor }, { '/actor/email': 'ada@example.org', '/details/note': 'secret' }),
    ]);
    expect(await names()).toEqual(['audit-2026-11-21.jsonl']);
    const text = await readFile(join(directory, 'audit-2026-11-21.jsonl'), 'utf8');
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    const [first, second] = text
      .split('\n')
      .map((line) => (line === '' ? undefined : (JSON.parse(line) as AuditEvent)));
    expect(first?.details).toEqual({ text: 'one\ntwo\u2028three\u0085four\u007f' });
    expect(second?.actor).toEqual({ ...actor, email: 'ada@example.org' });
    expect(second?.details).toEqual({ note: 'secret' });
    expect((await stat(join(directory, 'audit-2026-11-21.jsonl'))).mode & 0o777).toBe(0o600);
    expect(journal.status()).toEqual({
      files: 1,
      bytes: Buffer.byteLength(text),
      dropped: 0,
      damagedLines: 0,
      lastWrittenAt: '2026-11-21T23:30:00.000Z',
    });
  });

  it('makes the folder when it is opened, not before, with the permissions of the options', async () => {
    const made = join(directory, 'deep', 'journal');
    const options = resolveJournalOptions({ directory: made, directoryMode: 0o750, fileMode: 0o640 });
    const journal = new Journal(options, {
      clock,
      oldestUnstoredAt: () => undefined,
      report: () => undefined,
      note: () => undefined,
    });
    opened.push(journal);
    expect(await names()).toEqual([]);
    await journal.open();
    expect((await stat(made)).mode & 0o777).toBe(0o750);
    expect(await readdir(made)).toEqual([]);
    await journal.write([anEventOf()]);
    expect((await stat(join(made, 'audit-2026-11-21.jsonl'))).mode & 0o777).toBe(0o640);
  });

  it('begins a new file at midnight UTC, and goes on in it when the clock is set back an hour', async () => {
    const journal = await aJournal();
    await journal.write([anEventOf({ action: 'before midnight' })]);
    clock.advance(HOUR_MS);
    await journal.write([anEventOf({ action: 'after midnight' })]);
    clock.advance(-HOUR_MS);
    await journal.write([anEventOf({ action: 'before midnight again' })]);
    clock.advance(HOUR_MS);
    await journal.write([anEventOf({ action: 'after midnight again' })]);
    expect(await names()).toEqual(['audit-2026-11-21.jsonl', 'audit-2026-11-22.jsonl']);
    expect(await actionsIn('audit-2026-11-21.jsonl')).toEqual(['before midnight']);
    expect(await actionsIn('audit-2026-11-22.jsonl')).toEqual([
      'after midnight',
      'before midnight again',
      'after midnight again',
    ]);
  });

  it('leaves the file of a clock that was years ahead, and never opens a file again', async () => {
    const journal = await aJournal();
    await journal.write([anEventOf({ action: 'one' })]);
    const tenYears = 3650 * 24 * HOUR_MS;
    clock.advance(tenYears);
    await journal.write([anEventOf({ action: 'two' })]);
    clock.advance(-tenYears);
    await journal.write([anEventOf({ action: 'three' })]);
    expect(await names()).toEqual(['audit-2026-11-21.001.jsonl', 'audit-2026-11-21.jsonl', 'audit-2036-11-18.jsonl']);
    expect(await actionsIn('audit-2026-11-21.001.jsonl')).toEqual(['three']);
  });

  it('begins a numbered file before one would grow larger than maxFileBytes; a line is never split', async () => {
    const journal = await aJournal({ maxFileBytes: 1024 });
    const actions = Array.from({ length: 10 }, (_, index) => `action ${index}`);
    await journal.write(actions.map((action) => anEventOf({ action })));
    await journal.write([anEventOf({ action: 'x'.repeat(5000) })]);
    await journal.write([anEventOf({ action: 'last' })]);
    const files = await names();
    expect(files.slice(0, 3)).toEqual([
      'audit-2026-11-21.001.jsonl',
      'audit-2026-11-21.002.jsonl',
      'audit-2026-11-21.003.jsonl',
    ]);
    expect(files).toContain('audit-2026-11-21.jsonl');
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(directory, name))).size));
    expect(sizes.filter((size) => size > 1024)).toHaveLength(1);
    const events = await journal.recent(100);
    expect(events.map(({ action }) => action)).toEqual(['last', 'x'.repeat(5000), ...actions.toReversed()]);
  });

  it('keeps out of files that are there already, of links, and of folders', async () => {
    await writeFile(join(directory, 'audit-2026-11-21.jsonl'), 'torn line of a process that was killed');
    await writeFile(join(directory, 'stranger'), 'untouched');
    await symlink(join(directory, 'stranger'), join(directory, 'audit-2026-11-21.001.jsonl'));
    await symlink(join(directory, 'nowhere'), join(directory, 'audit-2026-11-21.002.jsonl'));
    const journal = await aJournal();
    await journal.write([anEventOf({ action: 'mine' })]);
    expect(await actionsIn('audit-2026-11-21.003.jsonl')).toEqual(['mine']);
    expect(await readFile(join(directory, 'stranger'), 'utf8')).toBe('untouched');
    expect(await names()).not.toContain('nowhere');
    expect(await readFile(join(directory, 'audit-2026-11-21.jsonl'), 'utf8')).toBe(
      'torn line of a process that was killed',
    );
  });

  it('shares one flush among all callers that wait', async () => {
    let flushes = 0;
    const counting: CreateFile = async (path, mode) => {
      const file = await createOwnFile(path, mode);
      const flush = file.datasync.bind(file);
      return Object.assign(file, {
        datasync: () => {
          flushes += 1;
          return flush();
        },
      });
    };
    const journal = await aJournal({ fsync: 'always' }, { createFile: counting });
    await Promise.all(Array.from({ length: 500 }, () => journal.write([anEventOf()])));
    expect(flushes).toBeGreaterThan(0);
    expect(flushes).toBeLessThanOrEqual(3);
    expect((await journal.recent(1000)).length).toBe(500);
  });

  it('goes on by itself, in a new folder, after its folder vanished', async () => {
    const home = join(directory, 'home');
    const journal = await aJournal({ directory: home });
    await journal.write([anEventOf({ action: 'one' })]);
    await rename(home, join(directory, 'moved'));
    await journal.write([anEventOf({ action: 'two' })]);
    expect((await journal.recent()).map(({ action }) => action)).toEqual(['two']);
    expect(problems).toEqual([expect.stringContaining('was removed or replaced while it was written')]);
    expect(journal.status().dropped).toBe(0);
  });

  it('keeps what fits while the folder cannot be made, counts the rest, tells once, and recovers by itself', async () => {
    const home = join(directory, 'home');
    await writeFile(home, 'a file where the folder should be');
    const journal = await aJournal({ directory: home, maxQueuedBytes: 1024 });
    for (let count = 0; count < 20; count++) {
      await journal.write([anEventOf({ action: `event ${count}` })]);
    }
    const { dropped } = journal.status();
    expect(dropped).toBeGreaterThan(10);
    expect(problems).toHaveLength(2);
    await rm(home);
    await until(() => notes.length > 0);
    expect(notes[0]).toContain(`lines are written again; ${dropped} event(s) were dropped`);
    await journal.write([anEventOf({ action: 'afterwards' })]);
    const actions = (await journal.recent()).map(({ action }) => action);
    expect(actions.toReversed()).toEqual([
      ...Array.from({ length: 20 - dropped }, (_, count) => `event ${count}`),
      'afterwards',
    ]);
  });

  it('counts what it could not write when it is closed, and what comes afterwards', async () => {
    const home = join(directory, 'home');
    await writeFile(home, 'a file where the folder should be');
    const journal = await aJournal({ directory: home });
    await journal.write([anEventOf(), anEventOf()]);
    await journal.close();
    expect(journal.status().dropped).toBe(2);
    await journal.write([anEventOf()]);
    expect(journal.status().dropped).toBe(3);
  });

  it('drops and tells of a body that is no JSON, and writes the others', async () => {
    const journal = await aJournal();
    await journal.write([{ body: '{"broken":', personal: '{}' }, anEventOf({ action: 'fine' })]);
    expect(await actionsIn('audit-2026-11-21.jsonl')).toEqual(['fine']);
    expect(journal.status().dropped).toBe(1);
    expect(problems).toHaveLength(1);
  });

  it('flushes every interval what was written, and once more when it is closed', async () => {
    let flushes = 0;
    const counting: CreateFile = async (path, mode) => {
      const file = await createOwnFile(path, mode);
      return Object.assign(file, { datasync: () => Promise.resolve(void (flushes += 1)) });
    };
    const journal = await aJournal({ fsyncIntervalMs: 10 }, { createFile: counting });
    await journal.write([anEventOf()]);
    await until(() => flushes === 1);
    await journal.write([anEventOf()]);
    await journal.close();
    expect(flushes).toBe(2);
  });
});
