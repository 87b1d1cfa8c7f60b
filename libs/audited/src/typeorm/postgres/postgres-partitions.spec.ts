import { monthBounds } from './postgres-partitions.js';

describe('the months of partitions', () => {
  it('begin with this one, follow each other without a gap, and cross the year', () => {
    expect(monthBounds(new Date('2026-11-30T23:59:59.999Z'), 3)).toEqual([
      ['2026-11', '2026-12'],
      ['2026-12', '2027-01'],
      ['2027-01', '2027-02'],
      ['2027-02', '2027-03'],
    ]);
  });

  it('are those of UTC, and none is skipped at the end of a long one', () => {
    expect(monthBounds(new Date('2027-01-31T23:30:00.000-02:00'), 1)).toEqual([
      ['2027-02', '2027-03'],
      ['2027-03', '2027-04'],
    ]);
    expect(monthBounds(new Date('2027-01-31T12:00:00.000Z'), 0)).toEqual([['2027-01', '2027-02']]);
  });
});
