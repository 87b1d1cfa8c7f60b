import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditExporter } from '../../delivery/audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { aDeliveryBatch } from '../../testing/delivery-batch.fixture.js';
import { FixedClock } from '../../testing/fixed.clock.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { createOwnFile, type CreateFile, type OpenFile } from './append-file.js';
import { fileExporter } from './file.exporter.js';
import type { FileOptions } from './file.options.js';

const RECORDS = GOLDEN_RECORDS.map(([, record]) => record);
const DAY = '2026-11-30';

/** What goes wrong with the next calls; empty: nothing. */
class FaultyDisk {
  /** Takes so many bytes of the next write, and fails the one after it. */
  roomBytes: number | undefined;
  readonly failing = new Map<keyof OpenFile | 'create', string>();
  /** What a write waits for. */
  hangs: Promise<void> | undefined;
  readonly created: string[] = [];

  readonly create: CreateFile = async (path, mode) => {
    this.fail('create');
    const file = await createOwnFile(path, mode);
    this.created.push(path);
    return {
      write: (async (buffer: Buffer, offset: number, length: number) => {
        await this.hangs;
        this.fail('write');
        if (this.roomBytes === 0) {
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        }
        const taken = Math.min(length, this.roomBytes ?? length);
        this.roomBytes = this.roomBytes === undefined ? undefined : this.roomBytes - taken;
        return file.write(buffer, offset, taken);
      }) as OpenFile['write'],
      datasync: () => this.failingOr('datasync', () => file.datasync()),
      truncate: (length) => this.failingOr('truncate', () => file.truncate(length)),
      stat: ((options: { bigint: true }) => file.stat(options)) as OpenFile['stat'],
      close: () => file.close(),
    };
  };

  private failingOr<Result>(call: keyof OpenFile, work: () => Promise<Result>): Promise<Result> {
    try {
      this.fail(call);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return work();
  }

  private fail(call: keyof OpenFile | 'create'): void {
    const code = this.failing.get(call);
    if (code !== undefined) {
      throw Object.assign(new Error(`${code}: it failed, ${call}`), { code });
    }
  }
}

let directory: string;
let disk: FaultyDisk;
let exporter: AuditExporter;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audited-file-'));
  disk = new FaultyDisk();
  exporter = made();
});

afterEach(async () => {
  await exporter.close?.();
  rmSync(directory, { recursive: true, force: true });
});

function made(options: Partial<FileOptions> = {}): AuditExporter {
  const clock = new FixedClock(Date.parse(`${DAY}T12:00:00.000Z`));
  return fileExporter({ directory, clock, ...options }, disk.create);
}

function deliver(count = 2, signal: AbortSignal = new AbortController().signal): Promise<DeliveryVerdict> {
  return exporter.deliver(aDeliveryBatch(exporter, RECORDS.slice(0, count)), signal);
}

/** The texts of every file, by name. */
function contents(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(directory)
      .toSorted()
      .map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
}

function lines(count: number): string {
  return aDeliveryBatch(exporter, RECORDS.slice(0, count))
    .events.map(({ text }) => `${text}\n`)
    .join('');
}

describe('file, on a disk that fails', () => {
  it('leaves nothing of a batch that had no room, and goes on in the same file when there is room again', async () => {
    await deliver(1);
    disk.roomBytes = 100;
    expect(await deliver(2)).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('ENOSPC'),
      cure: expect.stringContaining('room'),
    });
    expect(contents()).toEqual({ 'audit-2026-11-30.jsonl': lines(1) });
    disk.roomBytes = undefined;
    expect(await deliver(2)).toEqual({ status: 'delivered' });
    expect(contents()).toEqual({ 'audit-2026-11-30.jsonl': lines(1) + lines(2) });
  });

  it('leaves nothing when not even a line fits into a new file, and makes no more files than one', async () => {
    disk.roomBytes = 10;
    expect(await deliver()).toMatchObject({ status: 'retry' });
    expect(await deliver()).toMatchObject({ status: 'retry' });
    expect(contents()).toEqual({ 'audit-2026-11-30.jsonl': '' });
    expect(disk.created).toHaveLength(1);
    await exporter.close?.();
    expect(contents()).toEqual({});
  });

  it('writes on where a disk takes only a part at a time', async () => {
    const batch = lines(2);
    disk.roomBytes = 50;
    disk.hangs = Promise.resolve().then(() => {
      disk.roomBytes = batch.length * 2;
    });
    expect(await deliver()).toEqual({ status: 'delivered' });
    expect(contents()).toEqual({ 'audit-2026-11-30.jsonl': batch });
  });

  it('goes to another file when a half line cannot be taken back, and mends the first', async () => {
    await deliver(1);
    disk.roomBytes = 100;
    disk.failing.set('truncate', 'EIO');
    expect(await deliver(2)).toMatchObject({ status: 'retry', reason: expect.stringContaining('ENOSPC') });
    expect(contents()['audit-2026-11-30.jsonl']).toHaveLength(lines(1).length + 100);
    disk.failing.clear();
    disk.roomBytes = undefined;
    expect(await deliver(2)).toEqual({ status: 'delivered' });
    expect(contents()).toEqual({ 'audit-2026-11-30.jsonl': lines(1), 'audit-2026-11-30.001.jsonl': lines(2) });
  });

  it('does not acknowledge what was not flushed, and trusts the file no more', async () => {
    await deliver(1);
    disk.failing.set('datasync', 'EIO');
    expect(await deliver(2)).toMatchObject({ status: 'retry', reason: expect.stringContaining('EIO') });
    disk.failing.clear();
    expect(await deliver(2)).toEqual({ status: 'delivered' });
    expect(contents()).toEqual({ 'audit-2026-11-30.jsonl': lines(1), 'audit-2026-11-30.001.jsonl': lines(2) });
  });

  it.each(['EACCES', 'EPERM', 'EROFS'])(
    'holds while no file can be made (%s), and delivers afterwards',
    async (code) => {
      disk.failing.set('create', code);
      expect(await deliver()).toMatchObject({ status: 'hold', reason: expect.stringContaining(code) });
      disk.failing.clear();
      expect(await deliver()).toEqual({ status: 'delivered' });
    },
  );

  it('does not wait for a disk that hangs, and writes nothing twice into its place', async () => {
    exporter = made({ timeoutMs: 20 });
    let wake: () => void = () => undefined;
    disk.hangs = new Promise((resolve) => {
      wake = resolve;
    });
    expect(await deliver(1)).toMatchObject({ status: 'retry', reason: 'no answer in time' });
    expect(await deliver(1)).toMatchObject({ status: 'retry', reason: 'no answer in time' });
    wake();
    disk.hangs = undefined;
    let last = await deliver(2);
    while (last.status !== 'delivered') {
      last = await deliver(2);
    }
    // The first write could not be called back; the second was never begun.
    expect(contents()['audit-2026-11-30.jsonl']?.startsWith(lines(1) + lines(2))).toBe(true);
  });

  it('gives up when it is told to', async () => {
    disk.hangs = new Promise(() => undefined);
    exporter = made({ timeoutMs: 1000 });
    const giveUp = new AbortController();
    const verdict = deliver(1, giveUp.signal);
    giveUp.abort();
    expect(await verdict).toEqual({ status: 'retry', reason: 'given up' });
    disk.hangs = undefined;
    exporter = made();
  });

  it('writes nothing when it was told to give up before', async () => {
    expect(await deliver(1, AbortSignal.abort())).toEqual({ status: 'retry', reason: 'given up' });
    expect(contents()).toEqual({});
  });

  it('refuses what is more than a line, and says which', async () => {
    const batch = aDeliveryBatch(exporter, RECORDS.slice(0, 2));
    const events = batch.events.map((event, index) => (index === 1 ? { ...event, text: 'a\nb' } : event));
    expect(await exporter.deliver({ ...batch, events }, new AbortController().signal)).toMatchObject({
      status: 'poison',
      index: 1,
    });
    expect(contents()).toEqual({});
  });

  it('notices that another one shortened its file while it wrote', async () => {
    await deliver(1);
    const path = join(directory, 'audit-2026-11-30.jsonl');
    disk.hangs = open(path, 'r+').then(async (other) => {
      await other.truncate(10);
      await other.close();
    });
    expect(await deliver(1)).toMatchObject({ status: 'retry', reason: expect.stringContaining('changed') });
    disk.hangs = undefined;
    expect(await deliver(2)).toEqual({ status: 'delivered' });
    expect(statSync(join(directory, 'audit-2026-11-30.001.jsonl')).size).toBe(Buffer.byteLength(lines(2)));
  });
});
