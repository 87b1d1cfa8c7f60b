import { appendFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { Journal } from './journal.js';
import { erasureOfFiles } from './journal-erasure.js';
import { resolveJournalOptions, type JournalOptions } from './journal.options.js';
import type { RewriteEvents } from './line-rewrite.js';

const TODAY = 'audit-2026-11-21.jsonl';

let directory: string;
let clock: FixedClock;
const opened: Journal[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-journal-erasure-'));
  clock = new FixedClock(Date.parse('2026-11-21T12:00:00.000Z'));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()));
  await rm(directory, { recursive: true, force: true });
});

async function aJournal(given: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = new Journal(resolveJournalOptions({ directory, ...given }), {
    clock,
    oldestUnstoredAt: () => undefined,
    report: () => undefined,
    note: () => undefined,
  });
  opened.push(journal);
  await journal.open();
  return journal;
}

const of = (email: string, action: string) => anAppendableEvent({ action }, { '/actor/email': email });
const linesOf = async (name: string): Promise<AuditEvent[]> =>
  (await readFile(join(directory, name), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent);

/** Takes Ann's address away. */
const withoutAnn: RewriteEvents = (lines) =>
  Promise.resolve(
    lines.map(({ event }) => {
      const { email, ...actor } = event.actor;
      return email === 'ann@example.com' ? { ...event, actor } : undefined;
    }),
  );

describe('JournalErasure', () => {
  it('replaces the lines that are meant, and nothing else in the file', async () => {
    const journal = await aJournal();
    await journal.write([of('bob@example.com', 'a'), of('ann@example.com', 'b'), of('carl@example.com', 'c')]);
    const before = (await readFile(join(directory, TODAY), 'utf8')).split('\n');
    await expect(journal.rewrite(withoutAnn)).resolves.toEqual({ events: 1, files: 1, leftovers: [] });
    const after = (await readFile(join(directory, TODAY), 'utf8')).split('\n');
    expect([after[0], after[2], after[3]]).toEqual([before[0], before[2], '']);
    expect(after[1]).not.toContain('ann@example.com');
    expect((await linesOf(TODAY)).map(({ action }) => action)).toEqual(['a', 'b', 'c']);
  });

  it('goes on in a new file of the day, and changes nothing the second time', async () => {
    const journal = await aJournal({ fileMode: 0o640 });
    await journal.write([of('ann@example.com', 'a')]);
    await journal.rewrite(withoutAnn);
    await journal.write([of('bob@example.com', 'b')]);
    expect((await readdir(directory)).sort()).toEqual(['audit-2026-11-21.001.jsonl', TODAY]);
    const { ino, mode } = await stat(join(directory, TODAY));
    expect(mode & 0o777).toBe(0o640);
    await expect(journal.rewrite(withoutAnn)).resolves.toEqual({ events: 0, files: 0, leftovers: [] });
    expect((await stat(join(directory, TODAY))).ino).toBe(ino);
  });

  it('includes lines that were on their way to the disk', async () => {
    const journal = await aJournal();
    void journal.write([of('ann@example.com', 'a')]);
    await journal.rewrite(withoutAnn);
    expect(await readFile(join(directory, TODAY), 'utf8')).not.toContain('ann@example.com');
  });

  it('loses no line that is written meanwhile', async () => {
    const journal = await aJournal();
    const actions = Array.from({ length: 300 }, (_, index) => String(index));
    const writing = (async () => {
      for (const action of actions) {
        await journal.write([of(Number(action) % 3 === 0 ? 'ann@example.com' : 'bob@example.com', action)]);
      }
    })();
    await journal.rewrite(withoutAnn);
    await writing;
    await journal.rewrite(withoutAnn);
    const events = (await Promise.all((await readdir(directory)).sort().map(linesOf))).flat();
    expect(events.map(({ action }) => action).sort()).toEqual([...actions].sort());
    expect(events.filter(({ actor }) => actor.email === 'ann@example.com')).toEqual([]);
  });

  it('names files that another process may be writing, unless it is told that none does', async () => {
    const other = await aJournal();
    await other.write([of('ann@example.com', 'a'), of('ann@example.com', 'b')]);
    const files = erasureOfFiles({ directory }, clock);
    await expect(files.rewrite(withoutAnn, false)).resolves.toEqual({
      events: 0,
      files: 0,
      leftovers: [
        expect.stringMatching(/^2 line\(s\) stand in the journal file audit-2026-11-21\.jsonl, .*2026-11-23/),
      ],
    });
    await expect(files.rewrite(withoutAnn, true)).resolves.toMatchObject({ events: 2, leftovers: [] });
  });

  it('rewrites files of days that nobody writes to any more, whoever made them', async () => {
    await (await aJournal()).write([of('ann@example.com', 'a')]);
    clock.advance(2 * 86_400_000);
    await expect(erasureOfFiles({ directory }, clock).rewrite(withoutAnn, false)).resolves.toMatchObject({ events: 1 });
  });

  it('keeps damaged lines byte for byte and names them', async () => {
    const journal = await aJournal();
    await journal.write([of('bob@example.com', 'a')]);
    await appendFile(join(directory, TODAY), 'damaged \u0001 line\n');
    await journal.write([of('ann@example.com', 'b')]);
    await appendFile(join(directory, TODAY), '{"torn');
    const { events, leftovers } = await journal.rewrite(withoutAnn);
    expect(events).toBe(1);
    expect(leftovers).toEqual([
      expect.stringMatching(/^2 damaged line\(s\) of the journal file audit-2026-11-21.jsonl/),
    ]);
    const text = await readFile(join(directory, TODAY), 'utf8');
    expect(text).toContain('\ndamaged \u0001 line\n');
    expect(text.endsWith('{"torn')).toBe(true);
    expect(text).not.toContain('ann@example.com');
  });

  it('removes what a kill left of a replacement, and nothing younger', async () => {
    const journal = await aJournal();
    const old = join(directory, `.${TODAY}.0123456789abcdef.rewriting`);
    const young = join(directory, `.${TODAY}.fedcba9876543210.rewriting`);
    await writeFile(old, 'half');
    await writeFile(young, 'half');
    await utimes(old, 0, 0);
    await journal.rewrite(withoutAnn);
    expect(await readdir(directory)).toEqual([`.${TODAY}.fedcba9876543210.rewriting`]);
  });

  it('has nothing to do where there is no journal yet', async () => {
    const missing = erasureOfFiles({ directory: join(directory, 'not', 'there') }, clock);
    await expect(missing.rewrite(withoutAnn, false)).resolves.toEqual({ events: 0, files: 0, leftovers: [] });
  });
});
