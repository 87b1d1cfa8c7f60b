import type { AuditRecord } from '../event/audit-record.js';
import { QueryInvalidError } from '../event/audit.error.js';
import type { AuditFilters } from './reading/audit-filters.js';

/** Most records one page may hold. */
export const MAX_PAGE_RECORDS = 1000;
/** Most records that may be left out in front; a cursor goes further, and costs the same on every page. */
export const MAX_OFFSET = 10_000;
const DEFAULT_PAGE_RECORDS = 100;

/** Which records to read. All given filters must match. */
export interface AuditQuery extends AuditFilters {
  /** Records that any of these match are left out; a record that lacks a value does not match it. */
  readonly not?: AuditFilters;
  /**
   * Words that must all be in the record, whatever their case: in its action, reason, details, error or the names of its
   * resources, each as part of a longer word too. What stands in double quotes is one word.
   */
  readonly text?: string;
  /** In the order in which they were recorded. @default 'newest' first */
  readonly order?: 'newest' | 'oldest';
  /** Leaves out the first so many, 0 to {@link MAX_OFFSET}; not together with `cursor`, which has no such limit. @default 0 */
  readonly offset?: number;
  /** Also count what matches, as far as that is cheap. @default false */
  readonly total?: boolean;
  /** @default 100, at most {@link MAX_PAGE_RECORDS} */
  readonly limit?: number;
  /** `next` of the page before: continue there. Stable while others append. */
  readonly cursor?: string;
  /** Only events that occurred at or after this time. */
  readonly from?: Date;
  /** Only events that occurred before this time. */
  readonly to?: Date;
}

/** One page of records. */
export interface AuditPage {
  readonly records: readonly AuditRecord[];
  /** Pass as `cursor` to read on; absent on the last page. */
  readonly next?: string;
  /** Present when it was asked for. */
  readonly total?: MatchCount;
}

/** How many records match: `eq` exactly so many, `gte` at least so many. */
export interface MatchCount {
  readonly count: number;
  readonly relation: 'eq' | 'gte';
}

/** A query whose every field was checked. Times are ISO texts, as stored. */
export interface CheckedQuery {
  readonly limit: number;
  /** Rows with a smaller sequence number only. */
  readonly beforeSequence?: number;
  /** Column name and value that must be equal. */
  readonly equals: readonly (readonly [column: string, value: string])[];
  readonly from?: string;
  readonly to?: string;
}

const EQUALITY_COLUMNS = {
  chain: 'chain',
  type: 'type',
  outcome: 'outcome',
  severity: 'severity',
  actorId: 'actor_id',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  correlationId: 'correlation_id',
  sessionId: 'session_id',
  tenantId: 'tenant_id',
} as const satisfies Partial<Record<keyof AuditQuery, string>>;

const KNOWN_PARAMETERS = new Set<string>([...Object.keys(EQUALITY_COLUMNS), 'limit', 'cursor', 'from', 'to']);

/**
 * Checks a query; a wrong parameter never widens the result.
 *
 * @throws QueryInvalidError naming the parameter and the cure
 */
export function checkQuery(query: AuditQuery): CheckedQuery {
  for (const parameter of Object.keys(query)) {
    if (!KNOWN_PARAMETERS.has(parameter)) {
      throw new QueryInvalidError(parameter, 'is unknown', `Known are: ${[...KNOWN_PARAMETERS].join(', ')}.`);
    }
  }
  const equals = Object.entries(EQUALITY_COLUMNS).flatMap(([parameter, column]) => {
    const value = query[parameter as keyof typeof EQUALITY_COLUMNS];
    if (value === undefined) {
      return [];
    }
    if (typeof value !== 'string' || value === '') {
      throw new QueryInvalidError(parameter, 'must be a text that is not empty', 'Leave it out to match everything.');
    }
    return [[column, value] as const];
  });
  const from = checkTime('from', query.from);
  const to = checkTime('to', query.to);
  return {
    limit: checkLimit(query.limit),
    equals,
    ...(query.cursor === undefined ? {} : { beforeSequence: checkCursor(query.cursor) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function checkLimit(limit: number | undefined): number {
  if (limit === undefined) {
    return DEFAULT_PAGE_RECORDS;
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_RECORDS) {
    throw new QueryInvalidError(
      'limit',
      `must be a whole number from 1 to ${MAX_PAGE_RECORDS}, not ${String(limit)}`,
      'Read more with several pages.',
    );
  }
  return limit;
}

function checkCursor(cursor: unknown): number {
  const sequence = typeof cursor === 'string' && /^[1-9][0-9]{0,15}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (!Number.isSafeInteger(sequence)) {
    throw new QueryInvalidError(
      'cursor',
      'is not one that a page gave',
      'Pass the "next" of the page before, unchanged.',
    );
  }
  return sequence;
}

function checkTime(parameter: string, time: Date | undefined): string | undefined {
  if (time === undefined) {
    return undefined;
  }
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) {
    throw new QueryInvalidError(parameter, 'must be a valid Date', 'Give a time with zone, e.g. 2026-11-21T00:00:00Z.');
  }
  return time.toISOString();
}
