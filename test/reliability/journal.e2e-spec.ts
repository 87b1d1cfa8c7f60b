import 'reflect-metadata';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditJournal, AuditModule, AuditService, type AuditEvent, type AuditModuleRootOptions } from 'nestjs-audited';
import { anEvent } from 'nestjs-audited/testing';

const MEGABYTE = 2 ** 20;
const WRITING = fileURLToPath(new URL('../support/journal-writing.mjs', import.meta.url));
const EXPORTING = fileURLToPath(new URL('../support/journal-export-memory.mjs', import.meta.url));

let directory: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-journal-'));
});

afterEach(async () => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  await rm(directory, { recursive: true, force: true });
});

/** Another process that writes two events at a time. */
class WritingProcess {
  readonly acknowledged: string[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;
  private diagnostics = '';

  constructor(options: object, { concurrency, writes }: { concurrency: number; writes: number }) {
    this.child = fork(WRITING, [JSON.stringify({ directory, ...options }), String(concurrency), String(writes)], {
      execArgv: [],
      silent: true,
    });
    children.push(this.child);
    this.child.stderr?.on('data', (chunk: Buffer) => (this.diagnostics += chunk.toString()));
    this.child.on('message', (message) => {
      if (message !== 'open') {
        this.acknowledged.push(...(message as { readonly ids: readonly string[] }).ids);
      }
    });
    this.exited = once(this.child, 'exit');
  }

  async finished(): Promise<void> {
    await this.exited;
    if (this.child.exitCode !== 0) {
      throw new Error(`the writing process ended with ${this.child.exitCode}: ${this.diagnostics}`);
    }
  }

  /** `kill -9` when so many events are acknowledged; others are under way then. */
  async killAfter(events: number): Promise<void> {
    while (this.acknowledged.length < events) {
      await Promise.race([once(this.child, 'message'), this.exited]);
      if (this.child.exitCode !== null) {
        throw new Error(`the writing process ended early: ${this.diagnostics}`);
      }
    }
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

interface FileContent {
  readonly name: string;
  readonly bytes: number;
  readonly events: readonly AuditEvent[];
  /** What follows the last line feed. */
  readonly tail: string;
}

/** The files as a shipping agent sees them: every line that has an end must be an event. */
async function journalFiles(): Promise<readonly FileContent[]> {
  const names = (await readdir(directory)).sort();
  return Promise.all(
    names.map(async (name) => {
      expect(name).toMatch(/^audit-\d{4}-\d\d-\d\d(\.\d{3,})?\.jsonl$/);
      const text = await readFile(join(directory, name), 'utf8');
      const lines = text.split('\n');
      const tail = lines.pop() ?? '';
      return {
        name,
        bytes: Buffer.byteLength(text),
        tail,
        events: lines.map((line) => JSON.parse(line) as AuditEvent),
      };
    }),
  );
}

const idsOf = (files: readonly FileContent[]): readonly string[] =>
  files.flatMap(({ events }) => events.map(({ id }) => id));

describe('the journal of an application', () => {
  async function start(options: AuditModuleRootOptions): Promise<INestApplicationContext> {
    @Module({ imports: [AuditModule.forRoot(options)] })
    class App {}
    const nest = await NestFactory.createApplicationContext(App, { logger: false });
    return nest.enableShutdownHooks();
  }

  it('has every event that was recorded, as the database has it, and reads it out', async () => {
    const nest = await start({
      database: join(directory, 'audit.sqlite'),
      journal: { directory: join(directory, 'j') },
    });
    try {
      const audit = nest.get(AuditService);
      const receipts = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          audit.record({
            type: 'invoice.paid',
            action: `Invoice ${index} paid`,
            actor: { kind: 'user', id: 'u-1', email: 'ada@example.org' },
            details: { password: 'hunter2', note: 'two\nlines' },
          }),
        ),
      );
      const journal = nest.get(AuditJournal);
      const inDatabase = new Map((await audit.find({ limit: 1000 })).records.map(({ event }) => [event.id, event]));
      const deadline = Date.now() + 10_000;
      let recent = await journal.recent(1000);
      while (receipts.some(({ id }) => !recent.some((event) => event.id === id)) && Date.now() < deadline) {
        recent = await journal.recent(1000);
      }
      for (const { id } of receipts) {
        expect(recent.find((event) => event.id === id)).toEqual(inDatabase.get(id));
      }
      const lines: string[] = [];
      for await (const line of journal.exportSiem()) {
        lines.push(line);
      }
      expect(lines.join('')).not.toContain('hunter2');
      expect(lines.join('')).toContain('ada@example.org');
      expect(lines.length).toBeGreaterThanOrEqual(20);
      expect(journal.status()).toMatchObject({ dropped: 0, damagedLines: 0 });
    } finally {
      await nest.close();
    }
    // The end of the process is recorded, and in the journal too, before its files are closed.
    const text = await readFile(join(directory, 'j', (await readdir(join(directory, 'j')))[0]!), 'utf8');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('records all the same when the folder of the journal cannot be made', async () => {
    await writeFile(join(directory, 'in-the-way'), '');
    const nest = await start({
      database: join(directory, 'audit.sqlite'),
      journal: { directory: join(directory, 'in-the-way') },
    });
    try {
      const { status } = await nest.get(AuditService).record({ type: 'invoice.paid', action: 'Invoice paid' });
      expect(status).toBe('durable');
    } finally {
      await nest.close();
    }
  });
});

describe('the journal, in processes of its own', () => {
  it('has every line that was acknowledged, exactly once, when its process is killed in the middle', async () => {
    const rounds = 6;
    let acknowledged: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const child = new WritingProcess({ fsync: 'always' }, { concurrency: 8, writes: 0 });
      await child.killAfter(200 + round * 150);
      acknowledged = [...acknowledged, ...child.acknowledged];
    }
    const files = await journalFiles();
    const ids = idsOf(files);
    expect(files.length).toBeGreaterThanOrEqual(rounds);
    expect(new Set(ids).size).toBe(ids.length);
    const written = new Set(ids);
    expect(acknowledged.filter((id) => !written.has(id))).toEqual([]);
    console.info(`${rounds} kills: ${acknowledged.length} events acknowledged, ${ids.length} in the journal`);
  }, 60_000);

  it('keeps the lines of processes apart that share a folder, rotate by size, and one of which is killed', async () => {
    const options = { fsync: 'never', maxFileBytes: 64 * 1024 };
    const patient = [1, 2].map(() => new WritingProcess(options, { concurrency: 4, writes: 500 }));
    const killed = new WritingProcess(options, { concurrency: 4, writes: 0 });
    await killed.killAfter(300);
    await Promise.all(patient.map((child) => child.finished()));
    const files = await journalFiles();
    expect(files.length).toBeGreaterThan(10);
    for (const { events, bytes } of files) {
      expect(new Set(events.map(({ origin }) => origin.instanceId)).size).toBeLessThanOrEqual(1);
      expect(bytes).toBeLessThanOrEqual(64 * 1024);
    }
    expect(files.filter(({ tail }) => tail !== '').length).toBeLessThanOrEqual(1);
    const ids = idsOf(files);
    const written = new Set(ids);
    expect(written.size).toBe(ids.length);
    const acknowledged = [...patient, killed].flatMap((child) => child.acknowledged);
    expect(patient.map((child) => child.acknowledged.length)).toEqual([1000, 1000]);
    expect(acknowledged.filter((id) => !written.has(id))).toEqual([]);
    console.info(`3 processes: ${ids.length} events in ${files.length} files, ${acknowledged.length} acknowledged`);
  }, 60_000);

  it('is read out with flat memory by a slow consumer', async () => {
    const total = 200 * MEGABYTE;
    let [bytes, lines] = [0, 0];
    for (const day of ['18', '19', '20', '21']) {
      const file = createWriteStream(join(directory, `audit-2026-11-${day}.jsonl`));
      for (; bytes < (total / 4) * (Number(day) - 17); lines++) {
        const line = `${JSON.stringify(anEvent({ details: { filler: 'x'.repeat(lines % 1500) } }))}\n`;
        bytes += Buffer.byteLength(line);
        if (!file.write(line)) {
          await once(file, 'drain');
        }
      }
      file.end();
      await once(file, 'close');
    }
    const child = fork(EXPORTING, [directory], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.push(child);
    const [read] = (await once(child, 'message')) as [{ lines: number; bytes: number; grownBytes: number }];
    console.info(
      `read out ${(read.bytes / MEGABYTE).toFixed(0)} MiB in ${read.lines} lines; ` +
        `resident memory grew by ${(read.grownBytes / MEGABYTE).toFixed(1)} MiB`,
    );
    expect(read).toMatchObject({ lines, bytes });
    expect(read.grownBytes).toBeLessThan(64 * MEGABYTE);
  }, 120_000);
});
