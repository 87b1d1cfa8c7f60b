import { OptionsInvalidError } from '../../event/audit.error.js';

/** How long: `400 days`, `12 months`, `6 years`, or `forever`. */
export type RetentionPeriod = string;

const FOREVER = 'forever';
const PERIOD = /^([1-9][0-9]{0,4}) (day|month|year)s?$/;

/** A checked period; `undefined` for ever. */
export type Period = { readonly count: number; readonly unit: 'day' | 'month' | 'year' } | undefined;

/** @throws OptionsInvalidError naming the option and the cure */
export function parsePeriod(option: string, given: unknown): Period {
  if (given === FOREVER) {
    return undefined;
  }
  const [, count, unit] = (typeof given === 'string' ? PERIOD.exec(given) : null) ?? [];
  if (count === undefined || unit === undefined) {
    throw new OptionsInvalidError(
      option,
      `is no period: ${JSON.stringify(given) ?? typeof given}`,
      'Write "400 days", "12 months", "6 years" or "forever".',
    );
  }
  return { count: Number(count), unit: unit as 'day' | 'month' | 'year' };
}

/**
 * The time that lies the period before `now`; `undefined` when nothing is ever old enough. Months and years are those of
 * the calendar, in UTC; where the month is too short, its last day counts, so that nothing goes a day too early.
 */
export function periodBefore(now: Date, period: Period): Date | undefined {
  if (period === undefined) {
    return undefined;
  }
  const { count, unit } = period;
  const before = new Date(now);
  if (unit === 'day') {
    before.setUTCDate(before.getUTCDate() - count);
    return before;
  }
  const day = before.getUTCDate();
  before.setUTCDate(1);
  before.setUTCMonth(before.getUTCMonth() - count * (unit === 'year' ? 12 : 1));
  const daysInMonth = new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth() + 1, 0)).getUTCDate();
  before.setUTCDate(Math.min(day, daysInMonth));
  return before;
}

/**
 * Whether a period may be shorter than the other one, on any day. Months and days are compared with the shortest month
 * on one side and the longest on the other, so that a floor stays a floor.
 */
export function isShorter(period: Period, floor: Period): boolean {
  if (period === undefined || floor === undefined) {
    return period !== undefined;
  }
  const [months, floorMonths] = [monthsOf(period), monthsOf(floor)];
  if (months !== undefined && floorMonths !== undefined) {
    return months < floorMonths;
  }
  return daysOf(period, SHORTEST_MONTH) < daysOf(floor, LONGEST_MONTH);
}

const SHORTEST_MONTH = 28;
const LONGEST_MONTH = 31;
const DAYS_OF_YEAR = 365;

function monthsOf({ count, unit }: NonNullable<Period>): number | undefined {
  return unit === 'day' ? undefined : count * (unit === 'year' ? 12 : 1);
}

function daysOf(period: NonNullable<Period>, daysOfMonth: number): number {
  const months = monthsOf(period);
  // Whole years are counted as such: twelve months are never 336 days.
  return months === undefined ? period.count : Math.floor(months / 12) * DAYS_OF_YEAR + (months % 12) * daysOfMonth;
}
