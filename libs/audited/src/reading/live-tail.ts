import type { AuditRecord, ChainId, StoredRecord } from '../event/audit-record.js';
import { AuditError } from '../event/audit.error.js';
import { queryMatcher } from '../storage/query-match.js';
import type { TailOptions, TailQuery } from '../storage/reading/record-flows.js';
import { AppendAlarm, type AppendListening } from './append-alarm.js';
import { tailStart, type TailStartParts } from './tail-start.js';
import { visibleRecord } from './visible-record.js';

/** Others' appends are seen within this time. */
const POLL_MS = 1000;

/** What a live tail is made of. */
export interface LiveTailParts extends TailStartParts {
  readonly whenAppended: AppendListening;
  /** @default 1000 */
  readonly pollMs?: number;
}

type Matcher = ReturnType<typeof queryMatcher>;

/**
 * Follows the log by the positions of its chains, which have no gaps and whose order is commit order: nothing is told twice
 * and nothing is passed over, whatever commits late. The next records are read when those before were taken.
 *
 * @throws QueryInvalidError, StoreUnavailableError
 */
export async function liveTail(
  parts: LiveTailParts,
  query: TailQuery,
  options: TailOptions,
): Promise<AsyncGenerator<AuditRecord, void, undefined>> {
  const matches = queryMatcher(query);
  return followed(parts, await tailStart(parts, options), matches, options);
}

async function* followed(
  parts: LiveTailParts,
  reached: Map<ChainId, number>,
  matches: Matcher,
  options: TailOptions,
): AsyncGenerator<AuditRecord, void, undefined> {
  const { signal } = options;
  const alarm = new AppendAlarm(parts.whenAppended, parts.pollMs ?? POLL_MS, signal);
  try {
    while (signal?.aborted !== true) {
      const woken = alarm.next();
      for (const { chain, position: through } of await parts.stream.heads()) {
        const before = reached.get(chain) ?? 0;
        if (through > before) {
          yield* newRecords(parts, chain, before + 1, through, matches, options);
          reached.set(chain, through);
        }
      }
      await woken;
    }
  } finally {
    alarm.close();
  }
}

async function* newRecords(
  { stream }: LiveTailParts,
  chain: ChainId,
  from: number,
  through: number,
  matches: Matcher,
  options: TailOptions,
): AsyncGenerator<AuditRecord, void, undefined> {
  for await (const page of stream.records(chain, { from, through })) {
    for (const stored of page) {
      if (options.signal?.aborted === true) {
        return;
      }
      const record = readable(stored, options);
      if (record !== undefined && matches(chain, record.event)) {
        yield record;
      }
    }
  }
}

/** A tail that stopped at a damaged record would stop there for ever; the verifier names it. */
function readable(stored: StoredRecord, options: TailOptions): AuditRecord | undefined {
  try {
    return visibleRecord(stored, options);
  } catch (error) {
    if (error instanceof AuditError && error.code === 'AUDIT_RECORD_DAMAGED') {
      return undefined;
    }
    throw error;
  }
}
