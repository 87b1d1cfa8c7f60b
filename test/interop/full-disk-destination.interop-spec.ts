import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditRecord } from 'nestjs-audited';
import { file, type DeliveryVerdict } from 'nestjs-audited/exporters';
import { aDeliveryBatch } from 'nestjs-audited/testing';
import { idsOf, oddRecords } from '../support/delivered-records.js';

const root = mkdtempSync(join(tmpdir(), 'audit-full-destination-'));
const disk = join(root, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { encoding: 'utf8' });
const isMounted = mounted.status === 0;
if (!isMounted) {
  console.log(`skipped: no small disk can be mounted here (${mounted.error?.message ?? mounted.stderr.trim()})`);
  rmSync(root, { recursive: true });
}

(isMounted ? describe : describe.skip)('the file destination on a real disk', () => {
  afterAll(() => {
    spawnSync('umount', [disk]);
    rmSync(root, { recursive: true, force: true });
  });

  function linesIn(directory: string): readonly string[] {
    return [...readdirSync(directory)].flatMap((name) => {
      const text = readFileSync(join(directory, name), 'utf8');
      expect(text.endsWith('\n')).toBe(true);
      return text.split('\n').slice(0, -1);
    });
  }

  it('that is full leaves nothing half, and takes everything once when there is room again', async () => {
    const directory = join(disk, 'logs');
    const exporter = file({ directory });
    const { signal } = new AbortController();
    const records = Array.from({ length: 100 }, () => oddRecords(16));
    const sent: string[] = [];
    let full: DeliveryVerdict | undefined;
    for (const batch of records) {
      const verdict = await exporter.deliver(aDeliveryBatch(exporter, batch), signal);
      if (verdict.status === 'delivered') {
        sent.push(...idsOf(batch));
        continue;
      }
      full ??= verdict;
      expect(linesIn(directory)).toHaveLength(sent.length);
      // A larger disk is what the operator would give; here the same one gets larger.
      expect(spawnSync('mount', ['-o', 'remount,size=8m', disk]).status).toBe(0);
      expect(await exporter.deliver(aDeliveryBatch(exporter, batch, { attempt: 2 }), signal)).toEqual({
        status: 'delivered',
      });
      sent.push(...idsOf(batch));
    }
    expect(full).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('ENOSPC'),
      cure: expect.stringContaining('room'),
    });
    await exporter.close?.();
    const ids = linesIn(directory).map((line) => (JSON.parse(line) as AuditRecord).event.id);
    expect(ids).toEqual(sent);
    expect(sent).toEqual(records.flatMap(idsOf));
  });

  it('that is mounted for reading only holds, and goes on when it is writable again', async () => {
    const exporter = file({ directory: join(disk, 'other') });
    const { signal } = new AbortController();
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
    const batch = aDeliveryBatch(exporter, oddRecords(1));
    expect(await exporter.deliver(batch, signal)).toMatchObject({
      status: 'hold',
      reason: expect.stringContaining('EROFS'),
    });
    expect(await exporter.probe?.(signal)).toMatchObject({
      status: 'hold',
      cure: expect.stringContaining('reading only'),
    });
    expect(spawnSync('mount', ['-o', 'remount,rw', disk]).status).toBe(0);
    expect(await exporter.deliver(batch, signal)).toEqual({ status: 'delivered' });
    await exporter.close?.();
  });
});
