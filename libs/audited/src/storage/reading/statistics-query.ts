import { QueryInvalidError } from '../../event/audit.error.js';
import type { HistogramInterval, StatisticsFilters, StatisticsQuery } from './audit-statistics.js';
import { checkFilters, type CheckedFilter } from './checked-filters.js';
import { shown } from './shown-value.js';
import { isTimeZone } from './zone-offsets.js';

/** Most actors and resources that are named. */
export const MAX_TOP = 100;
const DEFAULT_TOP = 10;
/** Bytes that the beginning of a type may have at most: so much of a type is in the keys of counts. */
export const MOST_PREFIX_BYTES = 120;
/** Times are kept as texts, which sort by time within these years. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const FILTERS = [
  'type',
  'severity',
  'outcome',
  'risk',
  'environment',
  'tenantId',
] as const satisfies readonly (keyof StatisticsFilters)[];
const PARAMETERS = [
  ...FILTERS,
  'not',
  'from',
  'to',
  'top',
  'histogram',
  'timeZone',
] as const satisfies readonly (keyof StatisticsQuery)[];
const INTERVALS: readonly HistogramInterval[] = ['minute', 'hour', 'day'];

/** A query of statistics whose every field was checked. Times are milliseconds since the epoch. */
export interface CheckedStatistics {
  readonly filters: readonly CheckedFilter[];
  readonly from?: number;
  readonly to?: number;
  readonly top: number;
  readonly histogram?: HistogramInterval;
  readonly timeZone: string;
}

/**
 * Checks a query; a wrong parameter never widens the result.
 *
 * @throws QueryInvalidError naming the parameter and the cure
 */
export function checkStatistics(query: StatisticsQuery): CheckedStatistics {
  refuseUnknown(query, PARAMETERS, '');
  const { not, from: givenFrom, to: givenTo, top = DEFAULT_TOP, histogram, timeZone = 'UTC' } = query;
  const from = checkedTime('from', givenFrom);
  const to = checkedTime('to', givenTo);
  if (from !== undefined && to !== undefined && from > to) {
    throw new QueryInvalidError(
      'from',
      `is after "to" (${shown(givenFrom)} > ${shown(givenTo)})`,
      'Give the earlier time as "from".',
    );
  }
  if (!Number.isInteger(top) || top < 0 || top > MAX_TOP) {
    throw new QueryInvalidError('top', `is ${shown(top)}`, `Give a whole number from 0 to ${MAX_TOP}.`);
  }
  if (histogram !== undefined && !INTERVALS.includes(histogram)) {
    throw new QueryInvalidError('histogram', `is ${shown(histogram)}`, `Allowed are: ${INTERVALS.join(', ')}.`);
  }
  if (!isTimeZone(timeZone)) {
    throw new QueryInvalidError(
      'timeZone',
      `is ${shown(timeZone)}`,
      'Give the IANA name of a time zone: Europe/Berlin, America/New_York, UTC.',
    );
  }
  return {
    filters: [...checkedFilters(query, false), ...checkedFilters(checkedNot(not), true)],
    top,
    timeZone,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(histogram === undefined ? {} : { histogram }),
  };
}

function checkedNot(not: unknown): StatisticsFilters {
  if (not === undefined) {
    return {};
  }
  if (typeof not !== 'object' || not === null || Array.isArray(not)) {
    throw new QueryInvalidError('not', `is ${shown(not)}`, 'Give filters: { severity: "debug" }.');
  }
  refuseUnknown(not, FILTERS, 'not.');
  return not;
}

function checkedFilters(given: StatisticsFilters, isNegated: boolean): readonly CheckedFilter[] {
  const prefix = isNegated ? 'not.' : '';
  const filters = Object.fromEntries(
    FILTERS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const])),
  );
  const checked = checkFilters(filters, isNegated, prefix);
  for (const { name, values } of checked) {
    for (const value of values) {
      if ('prefix' in value && Buffer.byteLength(value.prefix) > MOST_PREFIX_BYTES) {
        throw new QueryInvalidError(
          `${prefix}${name}`,
          `has a beginning of more than ${MOST_PREFIX_BYTES} bytes: ${shown(value.prefix)}`,
          'Give a shorter one, or the whole type.',
        );
      }
    }
  }
  return checked;
}

function refuseUnknown(given: object, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new QueryInvalidError(`${prefix}${unknown}`, 'is unknown', `Known are: ${known.join(', ')}.`);
  }
}

function checkedTime(parameter: string, time: unknown): number | undefined {
  if (time === undefined) {
    return undefined;
  }
  const timeMs = time instanceof Date ? time.getTime() : Number.NaN;
  if (!(timeMs >= EARLIEST_MS && timeMs <= LATEST_MS)) {
    throw new QueryInvalidError(
      parameter,
      `must be a valid Date of the years 0 to 9999, not ${shown(time)}`,
      'Give a time with zone, e.g. 2026-11-21T00:00:00Z.',
    );
  }
  return timeMs;
}
