import { appendFile, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { AuditEvent } from '../../../event/audit-event.js';
import { canonicalEvent } from '../../../event/canonical-event.js';
import type { JsonObject } from '../../../event/json-value.js';
import { anEvent } from '../../../testing/audit-event.fixture.js';
import { FixedClock } from '../../../testing/fixed.clock.js';
import type { DamagedLine, JournalRange } from '../audit-journal.js';
import { journalLine } from '../journal-line.js';
import { JournalFolder } from '../journal-folder.js';
import { resolveJournalOptions } from '../journal.options.js';
import { JournalReader } from './journal-reader.js';

let directory: string;
let damaged: DamagedLine[];
let reader: JournalReader;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-journal-'));
  damaged = [];
  const folder = new JournalFolder(resolveJournalOptions({ directory }));
  // Years later: no file is live, so a torn line is known to be torn at once.
  const clock = new FixedClock(Date.parse('2030-01-01T00:00:00.000Z'));
  reader = new JournalReader(folder, clock, (line) => damaged.push(line));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const at = (time: string, action: string): AuditEvent => anEvent({ recordedAt: `2026-11-${time}.000Z`, action });
const lineOf = (event: AuditEvent): string => `${journalLine({ body: canonicalEvent(event) })}\n`;

function put(name: string, ...contents: readonly (AuditEvent | string | Buffer)[]): Promise<void> {
  const parts = contents.map((content) =>
    typeof content === 'string' || Buffer.isBuffer(content) ? Buffer.from(content) : Buffer.from(lineOf(content)),
  );
  return writeFile(join(directory, name), Buffer.concat(parts));
}

async function exported(range?: JournalRange, from: JournalReader = reader): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  for await (const line of from.exportSiem(range)) {
    expect(line.endsWith('\n')).toBe(true);
    events.push(JSON.parse(line) as AuditEvent);
  }
  return events;
}

const actions = (events: readonly AuditEvent[]): readonly string[] => events.map(({ action }) => action);

describe('JournalReader.recent', () => {
  it('reads newest first across files, processes and days', async () => {
    await put('audit-2026-11-19.jsonl', at('19T10:00:00', 'a'), at('19T11:00:00', 'b'));
    await put('audit-2026-11-20.jsonl', at('20T10:00:00', 'c'), at('20T12:00:00', 'e'));
    await put('audit-2026-11-20.001.jsonl', at('20T11:00:00', 'd'), at('20T13:00:00', 'f'));
    expect(actions(await reader.recent())).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
    expect(actions(await reader.recent(3))).toEqual(['f', 'e', 'd']);
    const filter = ({ action }: AuditEvent): boolean => 'bd'.includes(action);
    expect(actions(await reader.recent(5, { filter }))).toEqual(['d', 'b']);
  });

  it('is empty when there is no file and no folder', async () => {
    expect(await reader.recent()).toEqual([]);
    await rm(directory, { recursive: true });
    expect(await reader.recent()).toEqual([]);
    expect(await exported()).toEqual([]);
  });

  it('reads a day of very many files without having them open at a time', async () => {
    const limit = 600;
    const names = Array.from(
      { length: limit },
      (_, index) => `audit-2026-11-20.${String(index + 1).padStart(3, '0')}.jsonl`,
    );
    for (const [index, name] of names.entries()) {
      await put(name, at('20T10:00:00', `event ${index}`));
    }
    const openFiles = (): Promise<number> => readdir('/dev/fd').then(({ length }) => length);
    const before = await openFiles();
    let [most, isDone] = [0, false];
    const read = reader.recent(limit).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      most = Math.max(most, await openFiles());
    }
    expect(await read).toHaveLength(limit);
    expect(most - before).toBeLessThan(20);
  });

  it.each([0, -1, 1.5, Number.NaN, 10_001])('refuses a count of %p', async (count) => {
    await expect(reader.recent(count)).rejects.toThrow('Audit query parameter "count"');
  });

  it('reads only the end of a long file', async () => {
    const first = 'not JSON, and far away from the end\n';
    const events = Array.from({ length: 2000 }, (_, index) => at('20T10:00:00', `event ${index}`));
    await put('audit-2026-11-20.jsonl', first, ...events);
    expect(actions(await reader.recent(2))).toEqual(['event 1999', 'event 1998']);
    expect(damaged).toEqual([]);
  });
});

describe('JournalReader.exportSiem', () => {
  it('reads all files, oldest first, within the range', async () => {
    await put('audit-2026-11-19.jsonl', at('19T23:59:59', 'a'));
    await put('audit-2026-11-20.jsonl', at('19T23:59:59', 'b'), at('20T12:00:00', 'c'));
    await put('audit-2026-11-20.001.jsonl', at('20T11:00:00', 'd'));
    await put('audit-2026-11-25.jsonl', at('20T13:00:00', 'waited for a broken disk'), at('25T01:00:00', 'e'));
    await put('audit-2026-11-26.jsonl', at('26T01:00:00', 'f'), 'never read for an earlier range\n');
    const from = new Date('2026-11-20T00:00:00Z');
    const to = new Date('2026-11-21T00:00:00Z');
    expect(actions(await exported({ from, to }))).toEqual(['c', 'd', 'waited for a broken disk']);
    expect(damaged).toEqual([]);
    expect(actions(await exported({ to: from }))).toEqual(['a', 'b']);
    expect(actions(await exported())).toEqual(['a', 'b', 'c', 'd', 'waited for a broken disk', 'e', 'f']);
  });

  it('refuses a time that is none, before anything is read', () => {
    expect(() => reader.exportSiem({ from: new Date('nonsense') })).toThrow('Audit query parameter "from"');
    expect(() => reader.exportSiem({ to: '2026' as unknown as Date })).toThrow('Audit query parameter "to"');
  });

  it('names every damaged line and reads on', async () => {
    const whole = at('20T10:00:00', 'whole');
    const torn = lineOf(at('20T11:00:00', 'torn')).slice(0, 40);
    await put(
      'audit-2026-11-20.jsonl',
      whole,
      '{"half":\n',
      '\n',
      '[1]\n',
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      whole,
      torn,
    );
    const told: DamagedLine[] = [];
    expect(await exported({ onDamaged: (line) => told.push(line) })).toHaveLength(2);
    expect(told.map(({ problem }) => problem)).toEqual(['not-json', 'not-json', 'not-an-event', 'not-utf8', 'torn']);
    expect(damaged).toEqual(told);
    const start = Buffer.byteLength(lineOf(whole));
    expect(told[0]).toEqual({
      file: 'audit-2026-11-20.jsonl',
      offsetBytes: start,
      lengthBytes: 8,
      problem: 'not-json',
    });
    const backwards: DamagedLine[] = [];
    expect(await reader.recent(10, { onDamaged: (line) => backwards.push(line) })).toHaveLength(2);
    expect(backwards.toReversed()).toEqual(told);
  });

  it('holds no line that is longer than an event can be', async () => {
    const endless = Buffer.alloc(17 * 1024 * 1024, 0x78);
    await put('audit-2026-11-20.jsonl', at('20T10:00:00', 'a'), endless, '\n', at('20T11:00:00', 'b'));
    expect(actions(await exported())).toEqual(['a', 'b']);
    expect(actions(await reader.recent())).toEqual(['b', 'a']);
    expect(damaged.map(({ problem, lengthBytes }) => [problem, lengthBytes])).toEqual([
      ['too-long', endless.length],
      ['too-long', endless.length],
    ]);
  });

  it('waits for a line that is just being written, and does not follow links', async () => {
    const folder = new JournalFolder(resolveJournalOptions({ directory }));
    const live = new JournalReader(folder, new FixedClock(Date.parse('2026-11-20T12:00:00.000Z')), (line) =>
      damaged.push(line),
    );
    const line = lineOf(at('20T11:00:00', 'b'));
    const file = join(directory, 'audit-2026-11-20.jsonl');
    await put('audit-2026-11-20.jsonl', at('20T10:00:00', 'a'), line.slice(0, 40));
    await put('elsewhere', at('20T10:00:00', 'of a stranger'));
    await symlink(join(directory, 'elsewhere'), join(directory, 'audit-2026-11-20.001.jsonl'));
    const read = exported(undefined, live);
    await appendFile(file, line.slice(40));
    expect(actions(await read)).toEqual(['a', 'b']);
    expect(damaged).toEqual([]);
    await appendFile(file, line.slice(0, 40));
    expect(actions(await exported(undefined, live))).toEqual(['a', 'b']);
    expect(damaged.map(({ problem }) => problem)).toEqual(['torn']);
  });
});

describe('any events in any files', () => {
  const details = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { maxKeys: 4 });
  const event = fc.record({ action: fc.string({ unit: 'binary' }), details }).map((facts) =>
    // Through JSON, as redaction leaves them: no -0, no undefined.
    anEvent({ ...facts, details: JSON.parse(JSON.stringify(facts.details)) as JsonObject }),
  );
  const file = fc.record({ events: fc.array(event, { maxLength: 5 }), tornBytes: fc.nat({ max: 200 }) });

  it('come back equal, forwards and backwards, and every torn tail is named once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 5 }), async (files) => {
        damaged = [];
        await rm(directory, { recursive: true });
        await new JournalFolder(resolveJournalOptions({ directory })).make();
        const torn = lineOf(at('20T11:00:00', 'torn'));
        const names = files.map((_, index) => `audit-2026-11-1${index}.jsonl`);
        for (const [index, { events, tornBytes }] of files.entries()) {
          await put(names[index]!, ...events, torn.slice(0, Math.min(tornBytes, torn.length - 1)));
        }
        const texts = files.flatMap(({ events }) => events.map(canonicalEvent));
        const forward = await exported();
        expect(forward.map(canonicalEvent)).toEqual(texts);
        const tornFiles = names.filter((_, index) => files[index]!.tornBytes > 0);
        expect(damaged.map((line) => line.file)).toEqual(tornFiles);
        const backward = await reader.recent(1000);
        expect(backward.map(canonicalEvent).toSorted()).toEqual(texts.toSorted());
      }),
      { numRuns: 60 },
    );
  });
});
