import { endsBefore } from './log-partitions.js';

describe('endsBefore', () => {
  const now = new Date('2026-11-22T10:00:00.000Z');

  it.each([
    ['the month before', "FOR VALUES FROM ('2026-10') TO ('2026-11')", true],
    ['this month', "FOR VALUES FROM ('2026-11') TO ('2026-12')", false],
    ['a year made by hand', "FOR VALUES FROM ('2025-01') TO ('2026-01')", true],
    ['a range that ends within this month', "FOR VALUES FROM ('2026-10') TO ('2026-11-02')", false],
    ['the default partition', 'DEFAULT', false],
    ['a range without end', "FOR VALUES FROM ('2020-01') TO (MAXVALUE)", false],
  ])('knows whether anybody still appends to %s', (_what, bound, isOver) => {
    expect(endsBefore(bound, now)).toBe(isOver);
  });
});
