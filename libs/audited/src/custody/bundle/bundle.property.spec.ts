import * as fc from 'fast-check';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { proveEvent, eventProofText } from './event-proof.js';
import { verifyEventProof } from './event-proof-check.js';
import { BundledLog } from '../../testing/bundled-log.fixture.js';
import type { BundleSelection } from './bundle-selection.js';
import type { BundleReport } from './bundle-report.js';
import { verifyBundle, type VerifyBundleOptions } from './bundle-verifier.js';
import { writeBundle, type BundleOptions, type BundleSummary } from './bundle-writer.js';

class BundleLog extends BundledLog {
  write(selection: BundleSelection = {}, options: Partial<BundleOptions> = {}): Promise<BundleSummary> {
    return writeBundle(this.parts, { folder: this.nextFolder(), selection, ...options });
  }

  verify(folder: string, options: VerifyBundleOptions = {}): Promise<BundleReport> {
    return verifyBundle(folder, { ...this.trust, ...options });
  }
}

describe('any bundle', () => {
  it('verifies, and proves each of its events, whatever was selected of whatever chains', async () => {
    const steps = fc.array(
      fc.record({
        chain: fc.constantFrom('main', 'B.side', 'c:3'),
        tenant: fc.constantFrom('t-1', 't-2', 't-3'),
        count: fc.integer({ min: 1, max: 40 }),
      }),
      { maxLength: 8 },
    );
    const second = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        steps,
        second,
        fc.integer({ min: 1, max: 50 }),
        fc.option(fc.constantFrom('t-1', 't-2', 't-9'), { nil: undefined }),
        fc.integer({ min: 0, max: 30 }),
        async (batches, start, length, tenantId, pruned) => {
          const log = await BundleLog.make();
          try {
            for (const { chain, tenant, count } of batches) {
              await log.add(count, tenant, chain);
            }
            const chains = [...new Set(batches.map(({ chain }) => chain))];
            for (const chain of chains) {
              await log.checkpoint(chain);
            }
            // Retention never takes the last record: that it pruned stands in the chain. One without any would look cut off.
            await log.custody.removePrefix('main', Math.min(pruned, log.custody.rows('main').length - 1));
            const at = (seconds: number): Date => new Date(Date.parse('2026-11-21T00:00:00.000Z') + seconds * 1000);
            const interval = start === undefined ? {} : { from: at(start), to: at(start + length) };
            const tenant = tenantId === undefined ? {} : { tenantId };
            const { folder } = await log.write({ ...interval, ...tenant });
            const report = await log.verify(folder);
            const wanted = chains
              .flatMap((chain) => log.custody.rows(chain))
              .map(({ body }) => JSON.parse(body) as { occurredAt: string; actor: { tenantId: string } })
              .filter(
                ({ occurredAt, actor }) =>
                  (tenantId === undefined || actor.tenantId === tenantId) &&
                  (start === undefined ||
                    (occurredAt >= at(start).toISOString() && occurredAt < at(start + length).toISOString())),
              );
            expect(report.faults).toEqual([]);
            expect(report).toMatchObject({ ok: true, isTrusted: true, records: wanted.length });
          } finally {
            await log.dispose();
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('has no byte that can be flipped unseen, but for bytes of personal parts that mean nothing', async () => {
    const log = await BundleLog.make();
    try {
      await log.add(5);
      await log.add(3, 't-2');
      await log.add(4);
      await log.checkpoint();
      for (const selection of [{}, { tenantId: 't-1' }]) {
        const { folder } = await log.write(selection);
        const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
        expect(files.length).toBeGreaterThan(6);
        const damaged = `${folder}-damaged`;
        await cp(folder, damaged, { recursive: true });
        await fc.assert(
          fc.asyncProperty(
            fc.constantFrom(...files),
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.integer({ min: 0, max: 7 }),
            async (file, where, bit) => {
              const whole = await readFile(join(folder, file));
              // Nothing has to be added to all leaves of a tree to make its root.
              fc.pre(whole.length > 0);
              const at = Math.min(whole.length - 1, Math.floor(where * whole.length));
              const changed = Buffer.from(whole);
              changed.writeUInt8(whole.readUInt8(at) ^ (1 << bit), at);
              await writeFile(join(damaged, file), changed);
              const report = await log.verify(damaged);
              await writeFile(join(damaged, file), whole);
              if (report.ok) {
                expect(file).toBe('personal.jsonl.gz');
                expect(gunzipSync(changed)).toEqual(gunzipSync(whole));
              }
            },
          ),
          { numRuns: 150 },
        );
        await rm(damaged, { recursive: true });
      }
    } finally {
      await log.dispose();
    }
  }, 120_000);
});

describe('any proof of an event', () => {
  it('verifies, and no change to it does', async () => {
    const log = await BundleLog.make();
    try {
      await log.add(37);
      await log.checkpoint();
      const rows = log.custody.rows('main');
      const trustedKeys = [log.keys.publicPem];
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 36 }),
          fc.boolean(),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 0, max: 6 }),
          async (index, withPersonal, where, bit) => {
            const { id } = JSON.parse(rows[index]?.body ?? '{}') as { id: string };
            const proof = await proveEvent({ reader: log.custody, source: log.custody }, id, { withPersonal });
            const text = eventProofText(proof);
            const verdict = verifyEventProof(text, { trustedKeys });
            expect(verdict).toMatchObject({ ok: true, isTrusted: true, problems: [], event: { id } });
            const bytes = Buffer.from(text);
            const at = Math.min(bytes.length - 1, Math.floor(where * bytes.length));
            bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
            const changed = verifyEventProof(bytes.toString('utf8'), { trustedKeys });
            if (changed.ok) {
              // White space, the comment, or a member's name that is nobody's: what was proved is the same.
              expect(changed.seal).toEqual(verdict.seal);
              expect(changed.event?.id).toBe(id);
            }
          },
        ),
        { numRuns: 200 },
      );
    } finally {
      await log.dispose();
    }
  });
});
