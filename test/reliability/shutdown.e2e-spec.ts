import { scenario } from '../crash/programs.js';
import { PLATFORMS } from '../support/platforms.js';

const TIMEOUT_MS = 120_000;
/** What a busy machine may add to a wait that has a limit. */
const MARGIN_MS = 2500;

/** Counters of a process in its last record. */
interface Counters {
  readonly accepted: number;
  readonly stored: number;
  readonly spooled: number;
  readonly sequenced: number;
  readonly lost: Readonly<Record<string, number>>;
}

/** What `test/crash/shutdown.mjs` prints, as far as all scenarios have it. */
interface ShutdownOutcome {
  readonly shutdownTimeoutMs: number;
  readonly answers: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly orphans: number;
  readonly gaps: number;
  readonly overtaken: number;
  readonly verified: boolean;
  readonly examples: readonly string[];
}

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly tookMs: number;
}

function shutdown<Outcome extends ShutdownOutcome>(...args: string[]): Promise<Outcome> {
  return scenario<Outcome>('shutdown', args, TIMEOUT_MS);
}

function expectNothingLost(outcome: ShutdownOutcome): void {
  expect(outcome).toMatchObject({
    examples: [],
    missing: 0,
    duplicates: 0,
    orphans: 0,
    gaps: 0,
    overtaken: 0,
    verified: true,
  });
  expect(outcome.answers).toBeGreaterThan(0);
}

describe.each(PLATFORMS)('an application on %s', (platform) => {
  it.each(['sqlite', 'postgres'])(
    'that is asked to end under load on %s stores everything it accepted, and its counters last',
    async (store) => {
      const outcome = await shutdown<
        ShutdownOutcome & {
          readonly end: End;
          readonly counts: { readonly records: number };
          readonly lastRecord: { readonly type: string; readonly outcome: string; readonly details: Counters };
        }
      >('asked', store, platform);
      expectNothingLost(outcome);
      expect(outcome.end.signal).toBe('SIGTERM');
      expect(outcome.end.tookMs).toBeLessThan(outcome.shutdownTimeoutMs + MARGIN_MS);
      const { lastRecord, counts } = outcome;
      expect(lastRecord).toMatchObject({ type: 'audit.stopped', outcome: 'success', details: { lost: {} } });
      const { accepted, stored, spooled, sequenced } = lastRecord.details;
      expect(stored + spooled).toBe(accepted);
      // Everything but the record of the end itself, which could not count itself.
      expect(accepted + sequenced).toBe(counts.records - 1);
    },
    TIMEOUT_MS,
  );

  it(
    'that is asked to end while its database hangs ends in time, and the next start stores what it accepted',
    async () => {
      const outcome = await shutdown<
        ShutdownOutcome & {
          readonly end: End;
          readonly settled: boolean;
          readonly spooled: number;
          readonly stopped: readonly Counters[];
        }
      >('hung', 'postgres', platform);
      expectNothingLost(outcome);
      expect(outcome.settled).toBe(true);
      expect(outcome.end.signal).toBe('SIGTERM');
      expect(outcome.end.tookMs).toBeLessThan(outcome.shutdownTimeoutMs + MARGIN_MS);
      expect(outcome.spooled).toBeGreaterThan(0);
      expect(outcome.stopped).toHaveLength(1);
      expect(outcome.stopped[0]?.lost).toEqual({});
    },
    TIMEOUT_MS,
  );

  it.each(['sqlite', 'postgres'])(
    'that is killed on %s leaves a start without an end in its log',
    async (store) => {
      const outcome = await shutdown<
        ShutdownOutcome & { readonly runs: readonly { readonly started: number; readonly stopped: number }[] }
      >('killed', store, platform);
      expectNothingLost(outcome);
      expect(outcome.runs).toEqual([
        { started: 1, stopped: 0 },
        { started: 1, stopped: 1 },
      ]);
    },
    TIMEOUT_MS,
  );
});
