import fc from 'fast-check';
import { rangeFacets, timeFacets } from './time-facets.js';

describe('rangeFacets', () => {
  it.each([
    ['2026-11-30T22:00:00.000Z', '2026-12-01T02:00:00.000Z', ['2026-11-30', '2026-12-01']],
    ['2026-11-30T22:00:00.000Z', '2026-11-30T22:00:00.000Z', ['2026-11-30']],
    ['2026-01-31T00:00:00.000Z', '2026-03-01T00:00:00.000Z', ['2026-01', '2026-02', '2026-03']],
    ['2026-03-01T00:00:00.000Z', '2026-01-31T00:00:00.000Z', []],
  ])('from %s to %s are %j', (from, to, values) => {
    expect(rangeFacets(from, to, 20)?.values).toEqual(values);
  });

  it('has no answer for a range that is too long, or of years that no text of four digits names', () => {
    expect(rangeFacets('2020-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 20)).toBeUndefined();
    expect(rangeFacets('-000001-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 20)).toBeUndefined();
  });

  it('holds every event of the range', () => {
    const time = fc.date({
      min: new Date('2026-01-01T00:00:00Z'),
      max: new Date('2027-06-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(time, time, time, (...times) => {
        const [from = '', at = '', to = ''] = times.map((each) => each.toISOString()).toSorted();
        const found = rangeFacets(from, to, 20);
        const values = new Map(timeFacets(at)).get(found?.facet ?? 0);
        expect(found?.values).toContain(values);
      }),
    );
  });
});
