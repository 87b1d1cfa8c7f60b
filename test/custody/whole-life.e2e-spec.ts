import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { life } from '../support/life.arbitrary.js';
import { LivingLog } from '../support/living-log.js';
import { tamper } from '../support/raw-database.js';

/** More of them: `AUDITED_LIVES=100 npm test -- whole-life`. */
const LIVES = Number(process.env['AUDITED_LIVES'] ?? 2);

describe('the whole life of a log', () => {
  it(
    'verifies after any sequence of appends, prunes, holds, erasures, restarts and rotations, and after no hidden change',
    async () => {
      let hidden = 0;
      await fc.assert(
        fc.asyncProperty(life, async ({ isKeyed, begin, events, changes }) => {
          const folder = mkdtempSync(join(tmpdir(), 'audited-life-'));
          const log = await LivingLog.begin(folder, isKeyed);
          try {
            await log.live({ kind: 'append', count: begin, isOld: true, chain: 'main' });
            for (const event of events) {
              await log.live(event);
            }
            await log.end();
            const report = await log.verify();
            expect(report.faults).toEqual([]);
            expect(report).toMatchObject({ ok: true, state: 'intact' });
            copyFileSync(log.file, `${log.file}.pristine`);
            for (const { change, at } of changes) {
              copyFileSync(`${log.file}.pristine`, log.file);
              if (tamper(log.file, (database) => change.apply(database, at))) {
                hidden++;
                const { state, faults } = await log.verify();
                expect({ change: change.name, state, faults: faults.length > 0 }).toEqual({
                  change: change.name,
                  state: 'broken',
                  faults: true,
                });
              }
            }
          } finally {
            await log.close();
            rmSync(folder, { recursive: true, force: true });
          }
        }),
        { numRuns: LIVES },
      );
      // A test in which nothing was ever changed would prove nothing.
      expect(hidden).toBeGreaterThan(LIVES);
    },
    120_000 + LIVES * 10_000,
  );
});
