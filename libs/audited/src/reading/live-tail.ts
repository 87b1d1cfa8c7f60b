import type { AuditRecord, ChainId, StoredRecord } from '../event/audit-record.js';
import { AuditError } from '../event/audit.error.js';
import { checkQuery } from '../storage/audit-query.js';
import { factsMatcher } from '../storage/query-match.js';
import { maskedRecord, mergedRecord, readFacts } from '../storage/stored-record.js';
import type { PositionRange } from '../storage/record-stream.js';
import type { TailOptions, TailQuery } from '../storage/reading/record-flows.js';
import { AppendAlarm, type AppendListening } from './append-alarm.js';
import { tailStart, type TailStartParts } from './tail-start.js';

/** Others' appends are seen within this time. */
const POLL_MS = 1000;

/** What a live tail is made of. */
export interface LiveTailParts extends TailStartParts {
  readonly whenAppended: AppendListening;
  /** @default 1000 */
  readonly pollMs?: number;
}

/** A record as whoever follows may see it; `undefined` when it is not for him. */
type Sieve = (stored: StoredRecord) => AuditRecord | undefined;

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
  const sieve = sieveOf(query, options);
  return followed(parts, await tailStart(parts, options), sieve, options.signal);
}

function sieveOf(query: TailQuery, { after: _after, signal: _signal, ...visible }: TailOptions): Sieve {
  const checked = checkQuery(query, visible);
  const matches = factsMatcher(checked);
  return (stored) => {
    const facts = readFacts(stored);
    if (!matches(facts)) {
      return undefined;
    }
    return checked.masked ? maskedRecord(stored, facts) : mergedRecord(stored, facts);
  };
}

async function* followed(
  parts: LiveTailParts,
  reached: Map<ChainId, number>,
  sieve: Sieve,
  signal: AbortSignal | undefined,
): AsyncGenerator<AuditRecord, void, undefined> {
  const alarm = new AppendAlarm(parts.whenAppended, parts.pollMs ?? POLL_MS, signal);
  try {
    while (signal?.aborted !== true) {
      const woken = alarm.next();
      for (const { chain, position: through } of await parts.stream.heads()) {
        const before = reached.get(chain) ?? 0;
        if (through > before) {
          yield* newRecords(parts, chain, { from: before + 1, through }, sieve, signal);
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
  range: PositionRange,
  sieve: Sieve,
  signal: AbortSignal | undefined,
): AsyncGenerator<AuditRecord, void, undefined> {
  for await (const page of stream.records(chain, range)) {
    for (const stored of page) {
      if (signal?.aborted === true) {
        return;
      }
      const record = readable(stored, sieve);
      if (record !== undefined) {
        yield record;
      }
    }
  }
}

/** A tail that stopped at a damaged record would stop there for ever; the verifier names it. */
function readable(stored: StoredRecord, sieve: Sieve): AuditRecord | undefined {
  try {
    return sieve(stored);
  } catch (error) {
    if (error instanceof AuditError && error.code === 'AUDIT_RECORD_DAMAGED') {
      return undefined;
    }
    throw error;
  }
}
