import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { HIDDEN_CHANGES } from '../support/hidden-change.js';
import { LivingLog, type LifeEvent } from '../support/living-log.js';
import { tamper } from '../support/raw-database.js';

/** More of them: `AUDITED_LIVES=100 npm test -- whole-life`. */
const LIVES = Number(process.env['AUDITED_LIVES'] ?? 4);

const someone = fc.integer({ min: 0, max: 2 });
const lifeEvent: fc.Arbitrary<LifeEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 12 }),
      isOld: fc.boolean(),
      chain: fc.constantFrom('main' as const, 'tenant:b' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('checkpoint' as const, 'prune' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'rotate-key' as const, 'rotate-seal' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'lift' as const, 'erase' as const), actor: someone }),
  },
);
const life = fc.record({
  isKeyed: fc.boolean(),
  /** Somebody has done something before anything can happen to it. */
  begin: fc.integer({ min: 1, max: 12 }),
  events: fc.array(lifeEvent, { minLength: 2, maxLength: 12 }),
  changes: fc.array(
    fc.record({ change: fc.constantFrom(...HIDDEN_CHANGES), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      minLength: 6,
      maxLength: 6,
    },
  ),
});

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
