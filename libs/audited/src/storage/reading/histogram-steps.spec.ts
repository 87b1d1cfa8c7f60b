import { HistogramSteps, MAX_STEPS } from './histogram-steps.js';
import type { HistogramInterval } from './audit-statistics.js';

function starts(interval: HistogramInterval, timeZone: string, from: string, to: string): readonly string[] {
  return HistogramSteps.between(interval, timeZone, Date.parse(from), Date.parse(to))
    .result()
    .map(({ start }) => start);
}

describe('HistogramSteps', () => {
  it('has an hour that occurs twice as two steps, each with its offset', () => {
    expect(starts('hour', 'Europe/Berlin', '2026-10-24T23:30:00Z', '2026-10-25T02:00:00Z')).toEqual([
      '2026-10-25T01:00:00+02:00',
      '2026-10-25T02:00:00+02:00',
      '2026-10-25T02:00:00+01:00',
    ]);
  });

  it('has no step for an hour that never occurs', () => {
    expect(starts('hour', 'Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T02:00:00Z')).toEqual([
      '2026-03-29T01:00:00+01:00',
      '2026-03-29T03:00:00+02:00',
    ]);
  });

  it('begins days at midnight of the zone, which have 23 or 25 hours when clocks are set', () => {
    const days = HistogramSteps.between(
      'day',
      'Europe/Berlin',
      Date.parse('2026-10-24T12:00:00Z'),
      Date.parse('2026-10-27T00:00:00Z'),
    );
    expect(days.starts.map((start, index) => ((days.starts[index + 1] ?? start) - start) / 3_600_000)).toEqual([
      24, 25, 24, 0,
    ]);
  });

  it('knows offsets of half hours and quarters, and clocks that are set by half an hour', () => {
    expect(starts('hour', 'Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01T00:30:00Z')).toEqual([
      '2026-01-01T05:00:00+05:45',
      '2026-01-01T06:00:00+05:45',
    ]);
    expect(starts('hour', 'Australia/Lord_Howe', '2026-04-04T14:00:00Z', '2026-04-04T16:00:00Z')).toEqual([
      '2026-04-05T01:00:00+11:00',
      '2026-04-05T01:30:00+10:30',
      '2026-04-05T02:00:00+10:30',
    ]);
  });

  it('has no step for a date that a zone left out', () => {
    expect(starts('day', 'Pacific/Apia', '2011-12-29T12:00:00Z', '2011-12-31T12:00:00Z')).toEqual([
      '2011-12-29T00:00:00-10:00',
      '2011-12-31T00:00:00+14:00',
      '2012-01-01T00:00:00+14:00',
    ]);
  });

  it('begins a day once, where clocks are set back over midnight', () => {
    expect(starts('day', 'America/St_Johns', '2010-11-06T12:00:00Z', '2010-11-08T12:00:00Z')).toEqual([
      '2010-11-06T00:00:00-02:30',
      '2010-11-07T00:00:00-02:30',
      '2010-11-08T00:00:00-03:30',
    ]);
  });

  it('knows zones of old times, whose offsets have seconds', () => {
    expect(starts('hour', 'Africa/Monrovia', '1971-06-01T00:00:00Z', '1971-06-01T00:30:00Z')).toEqual([
      '1971-05-31T23:00:00-00:44:30',
    ]);
  });

  it('counts each moment in the step that it is in, and shows steps without any', () => {
    const steps = HistogramSteps.between(
      'minute',
      'UTC',
      Date.parse('2026-01-01T00:00:30Z'),
      Date.parse('2026-01-01T00:03:00Z'),
    );
    steps.add(Date.parse('2026-01-01T00:02:59.999Z'), 2);
    steps.add(Date.parse('2026-01-01T00:00:30Z'), 1);
    expect(steps.result()).toEqual([
      { start: '2026-01-01T00:00:00+00:00', count: 1 },
      { start: '2026-01-01T00:01:00+00:00', count: 0 },
      { start: '2026-01-01T00:02:00+00:00', count: 2 },
    ]);
  });

  it('has as many steps as it may, and refuses one more with the cure', () => {
    const end = (steps: number): string => new Date(steps * 3_600_000).toISOString();
    expect(starts('hour', 'UTC', '1970-01-01T00:00:00Z', end(MAX_STEPS))).toHaveLength(MAX_STEPS);
    expect(() => starts('hour', 'UTC', '1970-01-01T00:00:00Z', end(MAX_STEPS + 1))).toThrow(
      /"histogram" would have more than 2000 steps of one hour.*longer interval/,
    );
    expect(() => starts('minute', 'UTC', '0000-01-01T00:00:00Z', end(1))).toThrow(/more than 2000 steps/);
  });
});
