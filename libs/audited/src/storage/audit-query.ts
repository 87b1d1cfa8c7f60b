import type { AuditRecord } from '../event/audit-record.js';
import { QueryInvalidError } from '../event/audit.error.js';
import { ReadForbiddenError } from '../event/reading.error.js';
import type { AuditFilters } from './reading/audit-filters.js';
import { checkFilters, FILTER_NAMES, PERSONAL_FILTERS, type CheckedFilter } from './reading/checked-filters.js';
import { checkReadOptions, type CheckedReadOptions } from './reading/checked-read-options.js';
import type { ReadOptions } from './reading/read-options.js';
import { searchTerms } from './reading/search-terms.js';
import { shown } from './reading/shown-value.js';

/** Most records one page may hold. */
export const MAX_PAGE_RECORDS = 1000;
/** Most records that may be left out in front; a cursor goes further, and costs the same on every page. */
export const MAX_OFFSET = 10_000;
/** Most values that all filters of a query have together. */
export const MAX_QUERY_VALUES = 500;
const DEFAULT_PAGE_RECORDS = 100;
/** No cursor that a page gave is longer. */
const MAX_CURSOR_CHARACTERS = 1000;

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

/** Which records are meant, without saying how many at a time. All filters that are given must match. */
export type RecordFilters = Omit<AuditQuery, 'limit' | 'cursor' | 'offset' | 'order' | 'total'>;

/** What decides whether a record is meant. Times are ISO texts, as stored. */
export interface CheckedConditions {
  readonly filters: readonly CheckedFilter[];
  readonly from?: string;
  readonly to?: string;
  /** Folded words, all of which must be in the record. */
  readonly terms: readonly string[];
  /** Only records of these tenants; absent: all records. */
  readonly tenants?: readonly string[];
}

/** A query whose every field was checked, with what whoever reads may see. */
export interface CheckedQuery extends CheckedConditions, CheckedReadOptions {
  readonly limit: number;
  readonly offset: number;
  readonly order: 'newest' | 'oldest';
  readonly total: boolean;
  /** Not yet known to be one that a page gave. */
  readonly cursor?: string;
}

const CONDITION_NAMES = [...FILTER_NAMES, 'not', 'text', 'from', 'to'];
const PAGING_NAMES = ['order', 'limit', 'offset', 'cursor', 'total'];

/** All filters together: a statement asks for them once for each value that an index is asked for, and has a limit itself. */
function refuseTooMany(filters: readonly CheckedFilter[]): void {
  const count = filters.reduce((sum, { values }) => sum + values.length, 0);
  const [largest] = filters.toSorted((one, other) => other.values.length - one.values.length);
  if (largest !== undefined && count > MAX_QUERY_VALUES) {
    throw new QueryInvalidError(
      `${largest.isNegated ? 'not.' : ''}${largest.name}`,
      `brings the filters to ${count} values together`,
      `Give at most ${MAX_QUERY_VALUES} in one query.`,
    );
  }
}

/**
 * Checks a query; a wrong parameter never widens the result.
 *
 * @throws QueryInvalidError naming the parameter and the cure; ReadForbiddenError for a filter by what may not be seen;
 * OptionsInvalidError for options that are wrong
 */
export function checkQuery(query: AuditQuery, options: ReadOptions = {}): CheckedQuery {
  const access = checkReadOptions(options);
  refuseUnknown(query, 'query', [...CONDITION_NAMES, ...PAGING_NAMES]);
  const conditions = checkedConditions(query, access);
  // Own members only: what somebody put into a prototype is no part of a query.
  const { limit, offset, order, total, cursor } = { ...query };
  if (cursor !== undefined && offset !== undefined) {
    throw new QueryInvalidError('offset', 'is given together with a cursor', 'Leave out one of them.');
  }
  if (cursor !== undefined) {
    checkCursorText(cursor);
  }
  return {
    ...access,
    ...conditions,
    limit: limit === undefined ? DEFAULT_PAGE_RECORDS : checkedCount('limit', limit, 1, MAX_PAGE_RECORDS),
    offset: offset === undefined ? 0 : checkedCount('offset', offset, 0, MAX_OFFSET),
    order: order === undefined ? 'newest' : checkedWord('order', order, ['newest', 'oldest']),
    total: total === undefined ? false : checkedWord('total', total, [true, false]),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/**
 * Checks which records are meant, where pages make no sense.
 *
 * @throws QueryInvalidError naming the parameter and the cure
 */
export function checkRecordFilters(filters: RecordFilters): CheckedConditions {
  refuseUnknown(filters, 'query', CONDITION_NAMES);
  return checkedConditions(filters, {});
}

function checkedConditions(
  query: RecordFilters,
  { tenants, masked = false }: Partial<CheckedReadOptions>,
): CheckedConditions {
  const { not, text, from: since, to: until, ...filters } = query;
  if (not !== undefined) {
    refuseUnknown(not, 'not', FILTER_NAMES);
  }
  const checked = [...checkFilters(filters), ...(not === undefined ? [] : checkFilters(not, true, 'not.'))];
  refuseTooMany(checked);
  const forbidden = masked ? checked.find(({ name }) => PERSONAL_FILTERS.has(name)) : undefined;
  if (forbidden !== undefined) {
    throw new ReadForbiddenError(forbidden.isNegated ? `not.${forbidden.name}` : forbidden.name);
  }
  const from = checkTime('from', since);
  const to = checkTime('to', until);
  if (from !== undefined && to !== undefined && from > to) {
    throw new QueryInvalidError('from', `is after "to": ${from} and ${to}`, 'Give the earlier time in "from".');
  }
  return {
    filters: checked,
    terms: text === undefined ? [] : searchTerms(text),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(tenants === undefined ? {} : { tenants }),
  };
}

function refuseUnknown(given: unknown, name: 'query' | 'not', known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new QueryInvalidError(name, `must be an object with filters, not ${shown(given)}`, 'Leave it out for none.');
  }
  const unknown = Object.keys(given).find((parameter) => !known.includes(parameter));
  if (unknown !== undefined) {
    const parameter = name === 'not' ? `not.${cut(unknown)}` : cut(unknown);
    throw new QueryInvalidError(parameter, 'is unknown', `Known are: ${known.join(', ')}.`);
  }
}

/** Names of parameters are repeated to whoever gave them: not a megabyte of them. */
function cut(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60).toWellFormed()}...` : name;
}

function checkedCount(parameter: string, count: unknown, least: number, most: number): number {
  if (typeof count !== 'number' || !Number.isInteger(count) || count < least || count > most) {
    throw new QueryInvalidError(
      parameter,
      `must be a whole number from ${least} to ${most}, not ${shown(count)}`,
      'Read more with several pages: pass the "next" of one as the "cursor" of the next.',
    );
  }
  return count;
}

function checkedWord<Word extends string | boolean>(parameter: string, given: Word, words: readonly Word[]): Word {
  if (!words.includes(given)) {
    throw new QueryInvalidError(parameter, `is ${shown(given)}`, `Allowed are: ${words.join(', ')}.`);
  }
  return given;
}

function checkCursorText(cursor: unknown): void {
  if (typeof cursor !== 'string' || cursor === '' || cursor.length > MAX_CURSOR_CHARACTERS) {
    throw new QueryInvalidError(
      'cursor',
      `is not one that a page gave: ${shown(cursor)}`,
      'Pass the "next" of the page before, unchanged.',
    );
  }
}

function checkTime(parameter: string, time: unknown): string | undefined {
  if (time === undefined) {
    return undefined;
  }
  // Other years are written with a sign, and would be compared wrongly.
  if (!(time instanceof Date) || !(time.getUTCFullYear() >= 0 && time.getUTCFullYear() <= 9999)) {
    throw new QueryInvalidError(
      parameter,
      `must be a valid Date, not ${shown(time)}`,
      'Give a time with zone, e.g. 2026-11-21T00:00:00Z.',
    );
  }
  return time.toISOString();
}
