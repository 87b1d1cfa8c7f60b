import { jest } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '../../event/audit-event.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { anAppendableEvent } from '../../testing/audit-event.fixture.js';
import { createOwnFile, type CreateFile, type OpenFile } from './journal-file.js';
import { Journal } from './journal.js';
import { resolveJournalOptions, type JournalOptions } from './journal.options.js';

let directory: string;
let problems: string[];
let notes: string[];
let recoveries: number;
let journal: Journal | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-journal-'));
  problems = [];
  notes = [];
  recoveries = 0;
});

afterEach(async () => {
  await journal?.close();
  await rm(directory, { recursive: true, force: true });
});

/** A disk with a limited amount of room; what does not fit is written in part, as real ones do. */
class TightDisk {
  private readonly files: OpenFile[] = [];
  canTruncate = true;
  canFlush = true;

  constructor(public roomBytes: number) {}

  get opened(): number {
    return this.files.length;
  }

  readonly createFile: CreateFile = async (path, mode) => {
    const real = await createOwnFile(path, mode);
    const file: OpenFile = {
      write: (async (buffer: Buffer, offset: number, length: number) => {
        const fits = Math.min(length, this.roomBytes);
        if (fits === 0) {
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        }
        this.roomBytes -= fits;
        return real.write(buffer, offset, fits);
      }) as OpenFile['write'],
      datasync: () => (this.canFlush ? real.datasync() : Promise.reject(new Error('EIO: i/o error, fdatasync'))),
      truncate: (length) => (this.canTruncate ? real.truncate(length) : Promise.reject(new Error('EIO: i/o error'))),
      stat: real.stat.bind(real),
      close: () => real.close(),
    };
    this.files.push(file);
    return file;
  };
}

async function open(disk: TightDisk, given: Partial<JournalOptions> = {}): Promise<Journal> {
  journal = new Journal(resolveJournalOptions({ directory, ...given }), {
    clock: new FixedClock(),
    oldestUnstoredAt: () => undefined,
    report: (problem, error) => problems.push(`${problem}: ${String(error)}`),
    note: (message) => notes.push(message),
    recovered: () => (recoveries += 1),
    createFile: disk.createFile,
  });
  await journal.open();
  return journal;
}

const LINE_BYTES = Buffer.byteLength(anAppendableEvent({ action: 'event 0' }).body) + 1;
const events = (count: number, from = 0): readonly { body: string }[] =>
  Array.from({ length: count }, (_, index) => anAppendableEvent({ action: `event ${from + index}` }));

async function textOf(name: string): Promise<string> {
  return readFile(join(directory, name), 'utf8');
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

describe('Journal on a disk that fails', () => {
  it('takes the half of a line back when the disk is full, and writes it once there is room', async () => {
    const disk = new TightDisk(2 * LINE_BYTES + 17);
    const written = await open(disk);
    await written.write(events(5));
    expect((await textOf('audit-2026-11-21.jsonl')).length).toBe(2 * LINE_BYTES);
    expect(problems).toEqual([expect.stringMatching(/lines cannot be written; .*ENOSPC/)]);
    await written.write(events(1, 5));
    disk.roomBytes = 1e9;
    await until(() => notes.length > 0);
    expect(await readdir(directory)).toEqual(['audit-2026-11-21.jsonl']);
    const actions = (await written.recent()).map(({ action }) => action);
    expect(actions.toReversed()).toEqual(['event 0', 'event 1', 'event 2', 'event 3', 'event 4', 'event 5']);
    expect(written.status()).toMatchObject({ dropped: 0, damagedLines: 0 });
    expect(recoveries).toBe(1);
  });

  it('leaves a file whose half line it cannot take back; readers name that line and read all others', async () => {
    const disk = new TightDisk(2 * LINE_BYTES + 17);
    disk.canTruncate = false;
    const written = await open(disk);
    await written.write(events(3));
    disk.roomBytes = 1e9;
    await until(() => notes.length > 0);
    expect((await readdir(directory)).sort()).toEqual(['audit-2026-11-21.001.jsonl', 'audit-2026-11-21.jsonl']);
    const damaged: unknown[] = [];
    const lines: AuditEvent[] = [];
    for await (const line of written.exportSiem({ onDamaged: (line) => damaged.push(line) })) {
      lines.push(JSON.parse(line) as AuditEvent);
    }
    expect(lines.map(({ action }) => action)).toEqual(['event 0', 'event 1', 'event 2']);
    expect(damaged).toEqual([
      { file: 'audit-2026-11-21.jsonl', offsetBytes: 2 * LINE_BYTES, lengthBytes: 17, problem: 'torn' },
    ]);
    await written.recent();
    expect(written.status().damagedLines).toBe(1);
  });

  it('says nothing is durable after a failed flush, and writes those lines again elsewhere', async () => {
    const disk = new TightDisk(1e9);
    disk.canFlush = false;
    const written = await open(disk, { fsync: 'always' });
    await written.write(events(1));
    expect(problems).toEqual([expect.stringContaining('EIO')]);
    disk.canFlush = true;
    await until(() => notes.length > 0);
    expect(disk.opened).toBeGreaterThan(1);
    const ids = new Set((await written.recent()).map(({ id }) => id));
    expect(ids.size).toBe(1);
  });

  it('lets nobody wait for a disk that hangs, neither a writer nor the end of the process', async () => {
    let letGo = (): void => undefined;
    const hung = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isClosed = false;
    const createFile: CreateFile = async (path, mode) => {
      await hung;
      const file = await createOwnFile(path, mode);
      const close = file.close.bind(file);
      return Object.assign(file, { close: () => close().finally(() => (isClosed = true)) });
    };
    const stuck = await open(Object.assign(new TightDisk(1e9), { createFile }));
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const write = stuck.write(events(1));
      await jest.advanceTimersByTimeAsync(5000);
      await write;
      expect(problems).toEqual([expect.stringContaining('did not answer within 5000 ms')]);
      await stuck.write(events(1, 1));
      const close = stuck.close();
      await jest.advanceTimersByTimeAsync(5000);
      await close;
      expect(stuck.status().dropped).toBe(2);
    } finally {
      jest.useRealTimers();
      letGo();
    }
    // The disk answers after all: the file is closed, and what was given up does not come back.
    await until(() => isClosed);
    expect(await textOf('audit-2026-11-21.jsonl')).toBe('');
  });
});
