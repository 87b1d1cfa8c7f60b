import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEvent } from 'nestjs-audited';

const PROGRAM = fileURLToPath(new URL('../support/journal-full-disk.mjs', import.meta.url));
const DISK_BYTES = 2 * 2 ** 20;
const BALLAST_BYTES = 2 ** 20;

interface Told {
  readonly written: number;
  readonly dropped: number;
  readonly damagedLines: number;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** @returns why a small disk cannot be had here; `undefined` when it is mounted */
function mountSmallDisk(directory: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'only root on Linux may mount a tmpfs';
  }
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', directory], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `a tmpfs cannot be mounted: ${String(error)}`;
  }
}

async function told(child: ChildProcess, what: 'full' | 'ended'): Promise<Told> {
  const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(120_000) })) as [Record<string, Told>];
  const answer = message[what];
  if (answer === undefined) {
    throw new Error(`the process told ${JSON.stringify(message)} instead of "${what}"`);
  }
  return answer;
}

it('survives a full disk: whole lines only, everything else counted, and goes on when there is room', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'audited-full-disk-'));
  const obstacle = mountSmallDisk(directory);
  if (obstacle !== undefined) {
    await rm(directory, { recursive: true });
    console.warn(`skipped: ${obstacle}`);
    return;
  }
  let child: ChildProcess | undefined;
  try {
    await writeFile(join(directory, 'ballast'), Buffer.alloc(BALLAST_BYTES));
    child = fork(PROGRAM, [directory], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const full = await told(child, 'full');
    await rm(join(directory, 'ballast'));
    child.send('there is room');
    const ended = await told(child, 'ended');
    const names = (await readdir(directory)).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
    const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
    const ids = lines.map((line) => (JSON.parse(line) as AuditEvent).id);
    console.info(
      `full disk after ${full.written} events: ${ended.dropped} dropped, ${ids.length} lines in ${names.join(', ')}; ` +
        `told: ${[...ended.problems, ...ended.notes].join(' | ')}`,
    );
    expect(texts.every((text) => text.endsWith('\n'))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(ended.written - ended.dropped);
    expect(ended.problems).toEqual([expect.stringContaining('ENOSPC'), expect.stringContaining('maxQueuedBytes')]);
    expect(ended.notes).toHaveLength(1);
    expect(ended.dropped).toBe(full.dropped);
  } finally {
    if (child !== undefined && child.exitCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    execFileSync('umount', [directory]);
    await rm(directory, { recursive: true });
  }
});
