import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { originOf } from 'nestjs-audited/custody';
import { HIDDEN_CHANGES } from '../support/hidden-change.js';
import { life } from '../support/life.arbitrary.js';
import { LivingLog, type LifeEvent } from '../support/living-log.js';
import { argumentsOf, hasPython, verdictOf, verifyWithPython, type PythonVerdict } from '../support/python-verifier.js';
import { tamper } from '../support/raw-database.js';
import { ACT, LOG_NAME, SignedLog } from '../support/signed-log.js';

const isThere = hasPython();

/** More of them, and more places: set it when something about verifying has changed. */
const GIVEN_LIVES = process.env['AUDITED_LIVES'];
const LIVES = Number(GIVEN_LIVES ?? 2);
/** Where in the log something is changed, from 0 to 1. */
const PLACES = GIVEN_LIVES === undefined ? [0.4] : [0, 0.4, 0.99];

/** Python does not look for the place that a misplaced record was sealed for, and calls it edited. */
const MISPLACING = new Set(['move a record', 'move a record to another chain', 'swap two records']);

const old = (count: number, chain: 'main' | 'tenant:b' = 'main'): LifeEvent => ({
  kind: 'append',
  count,
  isOld: true,
  chain,
});

/** Everything that custody can do, more than once. */
const LIFE: readonly LifeEvent[] = [
  old(10),
  old(7, 'tenant:b'),
  { kind: 'checkpoint' },
  { kind: 'erase', actor: 2 },
  { kind: 'prune' },
  { kind: 'hold', actor: 1 },
  old(9),
  { kind: 'rotate-key' },
  { kind: 'checkpoint' },
  { kind: 'prune' },
  { kind: 'rotate-seal' },
  { kind: 'append', count: 5, isOld: false, chain: 'main' },
  old(6, 'tenant:b'),
  { kind: 'erase', actor: 0 },
  { kind: 'restart' },
  { kind: 'checkpoint' },
  { kind: 'lift', actor: 1 },
  old(4),
  { kind: 'erase', actor: 1 },
  { kind: 'append', count: 3, isOld: false, chain: 'main' },
];

(isThere ? describe.each([true, false]) : describe.skip.each([true, false]))(
  'a verifier in Python, on a log with a life behind it (keyed seals: %s)',
  (isKeyed) => {
    const folder = mkdtempSync(join(tmpdir(), 'audited-python-life-'));
    let log: LivingLog;
    let pristine = '';

    beforeAll(async () => {
      log = await LivingLog.begin(folder, isKeyed);
      for (const event of LIFE) {
        await log.live(event);
      }
      await log.end();
      pristine = `${log.file}.pristine`;
      copyFileSync(log.file, pristine);
    });

    beforeEach(() => copyFileSync(pristine, log.file));

    afterAll(async () => {
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('passes it: pruned, erased, held, with rotated keys and several checkpoints', async () => {
      const report = await log.verify();
      const [main, tenant] = report.chains;
      expect(main?.pruned).toBeDefined();
      expect(main?.checkpoints.agreed).toBeGreaterThan(2);
      expect([main?.erased, tenant?.erased].map((count) => (count ?? 0) > 0)).toStrictEqual([true, true]);
      expect(verifyWithPython(...argumentsOf(log.auditor, log.file))).toStrictEqual(verdictOf(report));
      expect(report.state).toBe('intact');
    });

    it('passes it without any key', () => {
      expect(verifyWithPython(log.file)).toMatchObject({ status: 0, faults: [] });
    });

    it.each(HIDDEN_CHANGES)('finds what our verifier finds: $name', async ({ name, apply }) => {
      let hidden = 0;
      for (const at of PLACES) {
        copyFileSync(pristine, log.file);
        if (tamper(log.file, (database) => apply(database, at))) {
          hidden++;
          const ours = verdictOf(await log.verify());
          const python = verifyWithPython(...argumentsOf(log.auditor, log.file));
          expect({ at, ...python, isBroken: python.status === 1 }).toStrictEqual({
            at,
            ...(MISPLACING.has(name) ? python : ours),
            isBroken: true,
          });
          expect(ours.status).toBe(1);
        }
      }
      expect(hidden > 0 || (name.includes('mac') && !isKeyed)).toBe(true);
    });
  },
);

(isThere ? it : it.skip)(
  'a verifier in Python names what ours names, whatever life a log had and however many changes are hidden in it',
  async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(life, async ({ isKeyed, begin, events, changes }) => {
        const folder = mkdtempSync(join(tmpdir(), 'audited-python-lives-'));
        const log = await LivingLog.begin(folder, isKeyed);
        try {
          for (const event of [old(begin), ...events]) {
            await log.live(event);
          }
          await log.end();
          expect(verifyWithPython(...argumentsOf(log.auditor, log.file))).toStrictEqual(verdictOf(await log.verify()));
          // One after another, each on top of the others; half of the time by somebody who kept nothing outside.
          for (const [index, { change, at }] of changes.entries()) {
            if (!MISPLACING.has(change.name) && tamper(log.file, (database) => change.apply(database, at))) {
              changed++;
              const auditor = index % 2 === 0 ? log.auditor : { ...log.auditor, checkpoints: [] };
              const ours = verdictOf(await log.verify(auditor));
              const python = verifyWithPython(...argumentsOf(auditor, log.file));
              expect({ ...python, faults: sorted(python) }).toStrictEqual({ ...ours, faults: sorted(ours) });
            }
          }
        } finally {
          await log.close();
          rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: LIVES },
    );
    expect(changed).toBeGreaterThan(LIVES);
  },
);

/** Faults of one position may come in any order. */
function sorted({ faults }: PythonVerdict): readonly string[] {
  return faults.toSorted();
}

/** A legitimate break. */
interface Break {
  readonly what: string;
  /** Absent: it does. */
  readonly signs?: boolean;
  readonly work: (log: SignedLog) => Promise<void>;
}

const inDatabase =
  (sql: string) =>
  (log: SignedLog): Promise<void> =>
    Promise.resolve(log.tamper((database) => void database.exec(sql)));

const BREAKS: readonly Break[] = [
  {
    what: 'a restore from a backup that lost what was signed since',
    work: async (log) => {
      const restore = log.backup();
      await log.append(6);
      await log.sign();
      restore();
    },
  },
  {
    what: 'an end that was lost, and the head knows it, in a log that nobody signs',
    signs: false,
    work: async (log) => {
      await log.sign();
      await inDatabase("DELETE FROM audit_records WHERE chain = 'main' AND position > 16")(log);
    },
  },
  {
    what: 'an end that was lost with its head',
    work: inDatabase(`DELETE FROM audit_records WHERE chain = 'main' AND position > 14;
      UPDATE audit_heads SET position = 14, hash =
        (SELECT hash FROM audit_records WHERE chain = 'main' AND position = 14) WHERE chain = 'main'`),
  },
  {
    what: 'records lost in the middle, under the checkpoints',
    work: inDatabase("DELETE FROM audit_records WHERE chain = 'main' AND position IN (4, 5, 6, 9)"),
  },
  {
    what: 'a record damaged, a column, a person',
    work: inDatabase(`UPDATE audit_records SET body = replace(body, 'u-2', 'u-9') WHERE position = 2;
      UPDATE audit_records SET actor_id = 'x' WHERE position = 8;
      UPDATE audit_records SET personal = NULL, salt = NULL, actor_email = NULL WHERE position = 13`),
  },
  {
    what: 'a wrong head',
    work: inDatabase(`UPDATE audit_heads SET hash = '${'ab'.repeat(32)}' WHERE chain = 'main'`),
  },
];

(isThere ? describe : describe.skip)('a verifier in Python, on a log that an operator explained', () => {
  it.each(BREAKS)('names what our verifier names, before and after: $what', async ({ signs = true, work }) => {
    const log = await SignedLog.write({ signs });
    const notes = (): readonly string[] => (signs ? log.notes : []);
    const bothOn = async (): Promise<{ ours: PythonVerdict; python: PythonVerdict }> => {
      const checkpoints = notes();
      const signed = signs ? { trustedKeys: [log.keys.publicPem], logName: LOG_NAME } : {};
      const report = await log.withCustody((custody) => custody.verify({ checkpoints }));
      const python = verifyWithPython(...argumentsOf({ ...signed, checkpoints }, log.file));
      return { ours: verdictOf(report), python };
    };
    try {
      await work(log);
      const before = await bothOn();
      expect(before.python).toStrictEqual(before.ours);
      expect(before.ours.status).toBe(1);
      const chains = new Set(before.ours.faults.map((fault) => fault.split(' ')[1] ?? ''));
      for (const chain of chains) {
        const checkpoints = notes().filter((note) => note.startsWith(`${originOf(LOG_NAME, chain)}\n`));
        await log.withCustody((custody) => custody.reanchor({ chain, cause: 'restore', checkpoints }, ACT));
      }
      await log.append(3);
      if (signs) {
        await log.sign();
      }
      const after = await bothOn();
      expect(after.python).toStrictEqual(after.ours);
      expect(after.ours.status).toBe(4);
      log.tamper((database) => void database.exec("UPDATE audit_records SET actor_id = 'y' WHERE position = 3"));
      const tampered = await bothOn();
      expect(tampered.python).toStrictEqual(tampered.ours);
      expect(tampered.ours.status).toBe(1);
    } finally {
      log.dispose();
    }
  });
});
