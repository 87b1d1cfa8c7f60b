import { setTimeout as wait } from 'node:timers/promises';
import type { AuditReader, AuditRecord } from 'nestjs-audited';
import type { RecordFlows, TailQuery } from 'nestjs-audited/custody';

/** How to follow a log. */
export interface Following {
  /** Filters; everything when empty. */
  readonly query: TailQuery;
  /** Ends it, quietly. */
  readonly signal: AbortSignal;
  /** Begin with the last so many. @default 0 */
  readonly last?: number;
  /** Begin behind the event with this id. */
  readonly after?: string;
  /** Awaited before the first record is given. */
  readonly begin: () => Promise<void>;
  /** A log that cannot be read is tried again after so long. */
  readonly retryMs: number;
  /** Told once when the log cannot be read for a while, and once when it can again. */
  readonly onTrouble?: (sentence: string) => void;
}

/** What following asks of a log. */
export interface FollowedLog {
  readonly reader: Pick<AuditReader, 'find'>;
  readonly flows: Pick<RecordFlows, 'tail'>;
}

/** So many ids are remembered: what is told again after a break is no more than that. */
const REMEMBERED = 2000;

/**
 * Records as they are appended, in the order of each chain; each once. A log that cannot be read for a while is asked again,
 * and nothing is passed over.
 *
 * @throws what the log says, but for "not now"
 */
export async function* followRecords(
  log: FollowedLog,
  following: Following,
): AsyncGenerator<AuditRecord, void, undefined> {
  const { query, signal, last = 0 } = following;
  // Where to go on after a break that comes before the first record.
  const [newest] = (await log.reader.find({ limit: 1 })).records;
  const place = new Place(following.after ?? newest?.event.id);
  let tail = await log.flows.tail(query, {
    signal,
    ...(following.after === undefined ? {} : { after: following.after }),
  });
  const before = last === 0 ? [] : (await log.reader.find({ ...query, limit: last })).records;
  await following.begin();
  for (const record of before.toReversed()) {
    place.isNew(record);
    yield record;
  }
  while (!signal.aborted) {
    try {
      for await (const record of tail) {
        if (place.isNew(record)) {
          yield record;
        }
      }
      return;
    } catch (error) {
      tail = await again(log, following, place, error);
    }
  }
}

/** How far it was given out. */
class Place {
  private readonly given = new Set<string>();

  constructor(public last: string | undefined) {}

  /** Remembers it. @returns false when it was given before */
  isNew({ event }: AuditRecord): boolean {
    if (this.given.has(event.id)) {
      return false;
    }
    this.given.add(event.id);
    this.last = event.id;
    const [oldest] = this.given;
    if (this.given.size > REMEMBERED && oldest !== undefined) {
      this.given.delete(oldest);
    }
    return true;
  }
}

/** Tries until the log can be read again. @throws what trying again does not mend */
async function again(
  { flows }: FollowedLog,
  { query, signal, retryMs, onTrouble = () => undefined }: Following,
  { last }: Place,
  trouble: unknown,
): ReturnType<RecordFlows['tail']> {
  requireUnavailable(trouble);
  onTrouble(`${(trouble as Error).message} It is tried again.`);
  for (;;) {
    // Whoever ends it does not wait for the next attempt.
    await wait(retryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      return nothing();
    }
    try {
      const tail = await flows.tail(query, { signal, ...(last === undefined ? {} : { after: last }) });
      onTrouble('The log can be read again.');
      return tail;
    } catch (error) {
      requireUnavailable(error);
    }
  }
}

function requireUnavailable(error: unknown): void {
  if ((error as { readonly code?: unknown }).code !== 'AUDIT_STORE_UNAVAILABLE') {
    throw error;
  }
}

async function* nothing(): AsyncGenerator<AuditRecord, void, undefined> {
  // It was ended.
}
