import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countInLog } from '../support/log-count.js';
import { SpoolingProcess, type SpoolingTask } from '../support/spooling-process.js';

const root = mkdtempSync(join(tmpdir(), 'audit-full-disk-'));
const disk = join(root, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { encoding: 'utf8' });
const isMounted = mounted.status === 0;
if (!isMounted) {
  console.log(`skipped: no small disk can be mounted here (${mounted.error?.message ?? mounted.stderr.trim()})`);
  rmSync(root, { recursive: true });
}

const ballast = join(disk, 'ballast');

/** Writes until there is no room for another byte. */
function fillDisk(): void {
  const file = openSync(ballast, 'a');
  try {
    for (let chunk = 64 * 1024; chunk >= 1;) {
      try {
        writeSync(file, Buffer.alloc(chunk));
      } catch {
        // Full for a piece of this size; smaller ones may still fit.
        chunk >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

(isMounted ? describe : describe.skip)('on a disk without room', () => {
  let elsewhere: string;
  let processes: SpoolingProcess[];

  beforeEach(() => {
    elsewhere = mkdtempSync(join(root, 'elsewhere-'));
    processes = [];
  });

  afterEach(async () => {
    await Promise.all(processes.map((process_) => process_.kill()));
    readdirSync(disk).forEach((name) => rmSync(join(disk, name), { recursive: true }));
  });

  afterAll(() => {
    spawnSync('umount', [disk]);
    rmSync(root, { recursive: true, force: true });
  });

  async function started(task: Omit<SpoolingTask, 'state'> & Partial<SpoolingTask>): Promise<SpoolingProcess> {
    const process_ = new SpoolingProcess({ state: 'works', writes: -1, ...task });
    processes.push(process_);
    await process_.until(() => process_.ready);
    return process_;
  }

  it('the spool refuses what has no room, tears nothing, and goes on when there is room again', async () => {
    const database = join(elsewhere, 'audit.sqlite');
    const spooling = await started({ database, directory: join(disk, 'spool'), state: 'down', fillerBytes: 2000 });
    await spooling.until(() => spooling.spooled >= 40);
    await spooling.until(() => spooling.refused.length >= 40);
    expect([...spooling.refusals]).toEqual(['AUDIT_SPOOL_FULL']);
    const spooledBefore = spooling.spooled;
    // A larger disk is what the operator would give; here the same one gets larger.
    expect(spawnSync('mount', ['-o', 'remount,size=2m', disk]).status).toBe(0);
    await spooling.until(() => spooling.spooled >= spooledBefore + 40);
    spooling.setState('works');
    await spooling.until(() => spooling.back > 0);
    await spooling.close();
    const { missing } = await countInLog(database, spooling.acknowledged);
    expect(missing).toBe(0);
    expect(spooling.lines.filter((line) => /damaged|ends within/.test(line))).toEqual([]);
    expect(spooling.lost).toBe(spooling.refused.length);
    console.log(`spool on a full disk: ${spooling.acknowledged.length} kept, ${spooling.refused.length} refused`);
  });

  it('a database there makes way for the spool elsewhere, and nothing is lost', async () => {
    const database = join(disk, 'audit.sqlite');
    expect(spawnSync('mount', ['-o', 'remount,size=8m', disk]).status).toBe(0);
    const writing = await started({ database, directory: join(elsewhere, 'spool') });
    await writing.until(() => writing.back > 0 && writing.acknowledged.length - writing.spooled >= 20);
    const spooledBefore = writing.spooled;
    fillDisk();
    await writing.until(() => writing.spooled >= spooledBefore + 100);
    rmSync(ballast);
    const returns = writing.back;
    await writing.until(() => writing.back > returns);
    await writing.close();
    expect(writing.refused).toEqual([]);
    expect(writing.lines.join('\n')).toContain('The audit store did not take events; they wait in the spool');
    expect(await countInLog(database, writing.acknowledged)).toEqual({
      once: writing.acknowledged.length,
      missing: 0,
      others: 0,
    });
    console.log(`database on a full disk: ${writing.spooled} of ${writing.acknowledged.length} waited in the spool`);
  });
});
