import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { AuditRecord } from 'nestjs-audited';
import { eventually } from '../support/eventually.js';

const PROGRAM = fileURLToPath(new URL('../support/file-delivering.mjs', import.meta.url));
const KILLS = 6;
const EVENTS = 200;

let directory: string;
const children: ChildProcess[] = [];
/** Ids of what was told to be delivered, over all processes. */
const acknowledged: string[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'audited-file-crash-'));
  acknowledged.length = 0;
});

afterEach(async () => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  await rm(directory, { recursive: true, force: true });
});

/** Another process that delivers without an end, or so many batches. */
function delivering(
  options: object,
  batches = 0,
): { readonly child: ChildProcess; readonly acknowledged: () => number } {
  const task = { options: { directory, ...options }, events: EVENTS, batches };
  const child = fork(PROGRAM, [JSON.stringify(task)], { execArgv: [], silent: true });
  children.push(child);
  let count = 0;
  child.on('message', (message) => {
    count += 1;
    acknowledged.push(...(message as { readonly ids: readonly string[] }).ids);
  });
  return { child, acknowledged: () => count };
}

/** `kill -9` after so many batches; the next one is under way then. */
async function killedAfter(options: object, batches: number): Promise<void> {
  const { child, acknowledged: count } = delivering(options);
  await eventually(() => expect(count()).toBeGreaterThanOrEqual(batches));
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

async function finished(options: object, batches: number): Promise<void> {
  const { child } = delivering(options, batches);
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
}

/** Every line of every file. A file may be there twice when a kill came between compressing and removing. */
function linesIn(): readonly string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const bytes = readFileSync(join(directory, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      expect(text === '' || text.endsWith('\n')).toBe(true);
      return text.split('\n').slice(0, -1);
    });
}

it.each([
  ['one file after the other', {}],
  ['files that are compressed as they are closed', { maxFileBytes: 500_000, gzip: true }],
])(
  'has every batch that it acknowledged, whole, after each kill -9: %s',
  async (_how, options) => {
    for (let kill = 0; kill < KILLS; kill++) {
      await killedAfter(options, 1 + kill);
    }
    // What a kill leaves in the worst case, if the operating system gets only a part of the write to the file.
    const [torn] = readdirSync(directory).filter((name) => name.endsWith('.jsonl'));
    appendFileSync(join(directory, torn ?? ''), '{"event":{"id":"half');
    await finished(options, 1);
    const ids = new Set(linesIn().map((line) => (JSON.parse(line) as AuditRecord).event.id));
    expect(acknowledged.length).toBeGreaterThan(KILLS * EVENTS);
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  },
  120_000,
);
