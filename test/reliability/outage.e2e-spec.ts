import { scenario } from '../crash/programs.js';

const TIMEOUT_MS = 120_000;
/** What a busy machine may add to a wait that has a limit. */
const MARGIN_MS = 2500;
/** The process with what it did not collect yet. */
const MAX_RSS_GROWTH_MEBIBYTES = 150;
/** What is still needed. Thousands of events are accepted meanwhile, a kilobyte or two each. */
const MAX_KEPT_GROWTH_MEBIBYTES = 16;

/** What `test/crash/outage.mjs` prints. */
interface OutageOutcome {
  readonly commitTimeoutMs: number;
  readonly shutdownTimeoutMs?: number;
  readonly answers: number;
  readonly tally: string;
  readonly refused: number;
  readonly unanswered: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly overtaken: number;
  readonly examples: readonly string[];
  readonly settled: boolean;
  readonly verified: boolean;
  readonly spooled: number;
  readonly longestAnswerMs: number;
  readonly longestBlockMs: number;
  readonly rssMebibytes: { readonly start: number; readonly peak: number; readonly end: number };
  readonly keptMebibytes: { readonly start: number; readonly end: number };
  readonly end?: { readonly code: number | null; readonly signal: string | null; readonly tookMs: number };
}

async function outage(name: string): Promise<OutageOutcome> {
  const outcome = await scenario<OutageOutcome>('outage', [name], TIMEOUT_MS);
  const { answers, spooled, longestAnswerMs, longestBlockMs, rssMebibytes: rss, keptMebibytes: kept } = outcome;
  process.stdout.write(
    `outage ${name}: answers=${answers} spooled=${spooled} longest answer ${longestAnswerMs} ms, ` +
      `longest block ${longestBlockMs} ms, memory ${rss.start} → peak ${rss.peak} → ${rss.end} MiB, ` +
      `of which needed ${kept.start} → ${kept.end} MiB\n`,
  );
  return outcome;
}

/** What holds whatever happens to the database. */
function expectNothingLost(outcome: OutageOutcome): void {
  expect(outcome).toMatchObject({
    examples: [],
    refused: 0,
    missing: 0,
    duplicates: 0,
    gaps: 0,
    overtaken: 0,
    settled: true,
    verified: true,
  });
  expect(outcome.answers).toBeGreaterThan(0);
  expect(outcome.spooled).toBeGreaterThan(0);
  expect(outcome.longestAnswerMs).toBeLessThan(outcome.commitTimeoutMs + MARGIN_MS);
  expect(outcome.longestBlockMs).toBeLessThan(MARGIN_MS);
  const { rssMebibytes: rss, keptMebibytes: kept } = outcome;
  expect(rss.peak - rss.start).toBeLessThan(MAX_RSS_GROWTH_MEBIBYTES);
  expect(kept.end - kept.start).toBeLessThan(MAX_KEPT_GROWTH_MEBIBYTES);
}

describe('an application under load whose PostgreSQL', () => {
  it(
    'crashes and comes back answers every request and loses nothing',
    async () => {
      const outcome = await outage('stopped');
      expectNothingLost(outcome);
      expect(outcome.unanswered).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'hangs for longer than a commit may take answers every request and loses nothing',
    async () => {
      const outcome = await outage('hung');
      expectNothingLost(outcome);
      expect(outcome.unanswered).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'is down when it starts, and for all of the load, starts, answers, and stores everything when it is up',
    async () => {
      const outcome = await outage('absent');
      expectNothingLost(outcome);
      expect(outcome.unanswered).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'is down when it ends, ends in time and stores everything with its next start',
    async () => {
      const outcome = await outage('last');
      expectNothingLost(outcome);
      expect(outcome.end?.signal).toBe('SIGTERM');
      expect(outcome.end?.tookMs).toBeLessThan((outcome.shutdownTimeoutMs ?? 0) + MARGIN_MS);
    },
    TIMEOUT_MS,
  );
});
