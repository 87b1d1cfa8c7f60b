import type { AuditEvent } from '../../event/audit-event.js';
import type { ChainHead, ChainId } from '../../event/audit-record.js';
import type { GuardLimit, PruneGuard } from '../../storage/prune-guard.js';
import type { RecordStream } from '../../storage/record-stream.js';
import { holdOn } from '../holds/legal-holds.js';
import type { LegalHold } from '../holds/legal-hold.js';
import { eventOf } from '../stored-events.js';
import { PendingStatements } from './pending-statements.js';
import type { RetentionTerms, RetentionPolicy } from './retention.options.js';
import { periodBefore } from './retention-period.js';

/** Why a chain is not pruned further than it is. */
export interface PruneLimit {
  /**
   * `period`: the record there is still within its time. `hold`: a legal hold keeps it. `guard`: somebody still needs it.
   * `damaged`: it cannot be read. `end`: the last record of a chain always stays, as what the next one continues.
   */
  readonly why: 'period' | 'hold' | 'guard' | 'damaged' | 'end';
  /** The first position that stays. */
  readonly position: number;
  /** Name of the hold or guard, or the event type whose time is not over. */
  readonly what: string;
}

/** What of one chain may go. */
export interface ChainPrunePlan {
  readonly chain: ChainId;
  /** The first position that is left now. */
  readonly from: number;
  /** The last position that may go; `from - 1` when nothing may. */
  readonly through: number;
  /** Hash of the record at `through`; empty when nothing may go. */
  readonly hash: string;
  /** When the youngest of the records that may go was recorded, ISO 8601; empty when nothing may go. */
  readonly youngest: string;
  /** Until when the records that may go have to exist somewhere, ISO 8601; absent: for ever, or nothing may go. */
  readonly keepUntil?: string;
  readonly limit: PruneLimit;
}

/** What a plan is made from. */
export interface PrunePlanParts {
  readonly stream: RecordStream;
  readonly policy: RetentionPolicy;
  /** The retention class of an event type; `undefined` when it has none. */
  readonly classOfType: (type: string) => string | undefined;
  readonly guards: readonly PruneGuard[];
  /** Whether an event of this id is in the log. */
  readonly isStored: (eventId: string) => Promise<boolean>;
  readonly now: Date;
}

/** Finds out how long a prefix of the chain may go. Reads no further than the first record that must stay. */
export async function planChain(
  parts: PrunePlanParts,
  head: ChainHead,
  holds: readonly LegalHold[],
): Promise<ChainPrunePlan> {
  const guard = await strictestGuard(parts.guards, head.chain);
  const expiry = new Expiry(parts);
  const pending = new PendingStatements(parts.isStored);
  let from: number | undefined;
  let end: PlannedEnd | undefined;
  for await (const records of parts.stream.records(head.chain)) {
    for (const record of records) {
      const { position } = record.seal;
      from ??= position;
      const event = eventOf(record);
      const limit = limitAt({ position, event }, head, holds, guard, expiry);
      if (limit !== undefined || event === undefined) {
        return planned(head, from, end, limit ?? damaged(position));
      }
      await pending.pass(event);
      if (pending.mayEndAt(position)) {
        end = { position, hash: record.seal.hash, youngest: expiry.youngest, keepUntil: expiry.keepUntil };
      }
    }
  }
  return planned(head, from ?? head.position + 1, undefined, lastRecord(head.position));
}

/** Where a prune may end, and what goes with it. */
interface PlannedEnd {
  readonly position: number;
  readonly hash: string;
  readonly youngest: string;
  readonly keepUntil: string | undefined;
}

function damaged(position: number): PruneLimit {
  return { why: 'damaged', position, what: 'a record that cannot be read' };
}

function lastRecord(position: number): PruneLimit {
  return { why: 'end', position, what: 'the last record of the chain' };
}

async function strictestGuard(guards: readonly PruneGuard[], chain: ChainId): Promise<GuardLimit> {
  let strictest: GuardLimit = { name: '', through: Number.MAX_SAFE_INTEGER };
  for (const guard of guards) {
    const limit = await guard.safeThrough(chain);
    if (limit.through < strictest.through) {
      strictest = limit;
    }
  }
  return strictest;
}

function limitAt(
  { position, event }: { readonly position: number; readonly event: AuditEvent | undefined },
  head: ChainHead,
  holds: readonly LegalHold[],
  guard: GuardLimit,
  expiry: Expiry,
): PruneLimit | undefined {
  if (position >= head.position) {
    return lastRecord(position);
  }
  if (position > guard.through) {
    return { why: 'guard', position, what: guard.name };
  }
  if (event === undefined || !isWhole(event)) {
    return damaged(position);
  }
  const hold = holdOn(holds, head.chain, position, event);
  if (hold !== undefined) {
    return { why: 'hold', position, what: hold.name };
  }
  return expiry.take(event) ? undefined : { why: 'period', position, what: event.type };
}

/** Nobody checked what was written past us; a time of another form would be compared wrongly. */
function isWhole({ actor, recordedAt }: AuditEvent): boolean {
  const time = new Date(recordedAt);
  const isTime = !Number.isNaN(time.getTime()) && time.toISOString() === recordedAt;
  return isTime && typeof actor === 'object' && actor !== null;
}

function planned({ chain }: ChainHead, from: number, end: PlannedEnd | undefined, limit: PruneLimit): ChainPrunePlan {
  if (end === undefined) {
    return { chain, from, through: from - 1, hash: '', youngest: '', limit };
  }
  const { position, hash, youngest, keepUntil } = end;
  // A statement that must stay with what it is about may hold the end back: the limit is then where that begins.
  return { chain, from, through: position, hash, youngest, ...(keepUntil === undefined ? {} : { keepUntil }), limit };
}

/** Which records have had their time in the database, and how long those that had must still exist elsewhere. */
class Expiry {
  youngest = '';
  private longest: number | undefined = 0;
  private readonly cutoffs = new Map<RetentionTerms, string | undefined>();

  constructor(private readonly parts: PrunePlanParts) {}

  /** ISO 8601; `undefined` when one of the records taken must exist for ever. */
  get keepUntil(): string | undefined {
    return this.longest === undefined ? undefined : new Date(this.longest).toISOString();
  }

  /** @returns false when the time of the event in the database is not over */
  take(event: AuditEvent): boolean {
    const terms = this.termsOf(event.type);
    const cutoff = this.cutoffOf(terms);
    // Nothing was recorded before what stands before it: a clock that had been set back must not shorten its time.
    const recordedAt = event.recordedAt > this.youngest ? event.recordedAt : this.youngest;
    if (cutoff === undefined || recordedAt >= cutoff) {
      return false;
    }
    this.youngest = recordedAt;
    this.longest = laterEnd(this.longest, recordedAt, terms, this.parts.now);
    return true;
  }

  private termsOf(type: string): RetentionTerms {
    const { policy, classOfType } = this.parts;
    const name = classOfType(type);
    return (name === undefined ? undefined : policy.classes.get(name)) ?? policy.fallback;
  }

  private cutoffOf(terms: RetentionTerms): string | undefined {
    if (!this.cutoffs.has(terms)) {
      this.cutoffs.set(terms, periodBefore(this.parts.now, terms.online)?.toISOString());
    }
    return this.cutoffs.get(terms);
  }
}

/** `undefined` means for ever, and wins. */
function laterEnd(
  longest: number | undefined,
  recordedAt: string,
  { keep }: RetentionTerms,
  now: Date,
): number | undefined {
  const before = periodBefore(now, keep);
  if (longest === undefined || before === undefined) {
    return undefined;
  }
  return Math.max(longest, Date.parse(recordedAt) + (now.getTime() - before.getTime()));
}
