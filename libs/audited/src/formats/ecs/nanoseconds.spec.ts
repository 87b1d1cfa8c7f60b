import fc from 'fast-check';
import { nanoseconds } from './nanoseconds.js';

const LONGEST_MS = 9_223_372_036_854;

describe('nanoseconds', () => {
  it.each([
    [undefined, undefined],
    [0, '0'],
    [1, '1000000'],
    [1_234, '1234000000'],
    // Around 2^53.
    [9_007_199_254, '9007199254000000'],
    [9_007_199_255, '9007199255000000'],
    // Where a product can no longer be a number of its own.
    [576_460_752_303, '576460752303000000'],
    [576_460_752_305, '576460752305000000'],
    [LONGEST_MS - 1, '9223372036853000000'],
    [LONGEST_MS, '9223372036854000000'],
    [LONGEST_MS + 1, undefined],
    [Number.MAX_SAFE_INTEGER, undefined],
  ])('of %j milliseconds are %j', (ms, expected) => {
    expect(JSON.stringify(nanoseconds(ms))).toBe(expected);
  });

  it('are written exactly, whatever the duration', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat().map((ms) => ms % (LONGEST_MS + 1)),
        (ms) => {
          expect(BigInt(JSON.stringify(nanoseconds(ms)))).toBe(BigInt(ms) * 1_000_000n);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
