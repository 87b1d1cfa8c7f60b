import fc from 'fast-check';
import { isShorter, parsePeriod, periodBefore } from './retention-period.js';

const period = (text: string) => parsePeriod('retention.default', text);

describe('a retention period', () => {
  it('is a number of days, months or years, or for ever', () => {
    expect(period('400 days')).toEqual({ count: 400, unit: 'day' });
    expect(period('1 month')).toEqual({ count: 1, unit: 'month' });
    expect(period('6 years')).toEqual({ count: 6, unit: 'year' });
    expect(period('forever')).toBeUndefined();
  });

  it.each(['', '0 days', '-1 days', '12', '12m', '1.5 years', 'for ever', ' 3 days', '3  days', '100000 days'])(
    'refuses %j and names the option',
    (text) => {
      expect(() => period(text)).toThrow(/retention\.default.*is no period.*Write "400 days"/);
    },
  );

  it('goes back by the calendar, and never beyond the last day of a shorter month', () => {
    const now = new Date('2026-03-31T10:00:00.000Z');
    expect(periodBefore(now, period('1 month'))?.toISOString()).toBe('2026-02-28T10:00:00.000Z');
    expect(periodBefore(new Date('2028-02-29T00:00:00Z'), period('1 year'))?.toISOString()).toBe(
      '2027-02-28T00:00:00.000Z',
    );
    expect(periodBefore(now, period('180 days'))?.toISOString()).toBe('2025-10-02T10:00:00.000Z');
    expect(periodBefore(now, period('forever'))).toBeUndefined();
  });

  it.each([
    ['12 months', '12 months', false],
    ['1 year', '12 months', false],
    ['11 months', '1 year', true],
    ['365 days', '12 months', false],
    ['364 days', '12 months', true],
    ['3 months', '3 months', false],
    ['89 days', '3 months', true],
    ['93 days', '3 months', false],
    ['forever', '6 years', false],
    ['6 years', 'forever', true],
    ['6 months', '180 days', true],
    ['7 months', '180 days', false],
  ])('%s is shorter than %s: %s', (left, right, expected) => {
    expect(isShorter(period(left), period(right))).toBe(expected);
  });

  it('is never called long enough when it ends earlier on some day', () => {
    const periods = fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      unit: fc.constantFrom('day' as const, 'month' as const, 'year' as const),
    });
    const days = fc.date({ min: new Date('2000-01-01'), max: new Date('2090-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(periods, periods, days, (left, right, now) => {
        const [a, b] = [periodBefore(now, left), periodBefore(now, right)];
        // A year of 365 days passes for twelve months in a leap year: a day of grace.
        const grace = 86_400_000 * Math.ceil(Math.max(left.count, right.count) / 4 + 1);
        return isShorter(left, right) || (a?.getTime() ?? 0) <= (b?.getTime() ?? 0) + grace;
      }),
    );
  });
});
