import { unixNano } from './unix-nano.js';

describe('unixNano', () => {
  it.each([
    ['2026-11-02T03:04:05.121Z', '1793588645121000000'],
    ['1970-01-01T00:00:00.001Z', '1000000'],
    ['2554-07-21T23:34:33.709Z', '18446744073709000000'],
  ])('is exact for %s', (time, nanoseconds) => {
    expect(unixNano(time)).toBe(nanoseconds);
    expect(BigInt(nanoseconds)).toBe(BigInt(Date.parse(time)) * 1_000_000n);
  });

  it.each(['1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '2554-07-21T23:34:33.710Z', 'yesterday', ''])(
    'cannot be told for %j',
    (time) => {
      expect(unixNano(time)).toBeUndefined();
    },
  );
});
