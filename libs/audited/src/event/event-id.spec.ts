import fc from 'fast-check';
import { EventIds } from './event-id.js';

/** RFC 9562 section 5.7: version 7, variant 10. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NOW_MS = Date.parse('2026-11-21T18:51:39.123Z');

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

describe('EventIds', () => {
  it('lays an id out as RFC 9562 says: time, version, variant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (timeMs) => {
        const id = new EventIds().next(timeMs);
        expect(id).toMatch(UUID_V7);
        expect(timeOf(id)).toBe(timeMs);
      }),
    );
  });

  it('reads the time of the example in RFC 9562 appendix A.6 from its first 48 bits', () => {
    const id = new EventIds().next(Date.parse('2022-02-22T14:22:22-05:00'));
    expect(id.slice(0, 15)).toBe('017f22e2-79b0-7');
  });

  it('gives 100 000 different ids in rising order within one millisecond', () => {
    const ids = new EventIds();
    const made = Array.from({ length: 100_000 }, () => ids.next(NOW_MS));
    expect(new Set(made).size).toBe(100_000);
    expect(made.every((id, index) => index === 0 || id > (made[index - 1] ?? ''))).toBe(true);
    expect(made.every((id) => UUID_V7.test(id))).toBe(true);
  });

  it('borrows a millisecond from the future when the counter of one is used up', () => {
    const ids = new EventIds();
    const made = Array.from({ length: 4096 + 1 }, () => ids.next(NOW_MS));
    expect(timeOf(made[0]!)).toBe(NOW_MS);
    expect(timeOf(made.at(-1)!)).toBe(NOW_MS + 1);
    expect(timeOf(ids.next(NOW_MS + 1))).toBe(NOW_MS + 1);
  });

  it('keeps its order while the clock jumps, in both directions', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: NOW_MS - 5000, max: NOW_MS + 5000 }), { minLength: 2 }), (times) => {
        const ids = new EventIds();
        const made = times.map((timeMs) => ids.next(timeMs));
        expect(made).toStrictEqual([...made].sort());
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  it('starts every millisecond at a counter that leaves room for 2048 more ids', () => {
    const ids = new EventIds();
    const counters = Array.from({ length: 500 }, (_, index) =>
      Number.parseInt(ids.next(NOW_MS + index).slice(15, 18), 16),
    );
    expect(Math.max(...counters)).toBeLessThan(2048);
    expect(new Set(counters).size).toBeGreaterThan(100);
  });

  it.each([0, -1, Number.NaN, 1.5, Infinity, -Infinity, 2 ** 48, Number.MAX_SAFE_INTEGER])(
    'makes a well-formed id even when the clock says %s',
    (timeMs) => {
      const ids = new EventIds();
      const made = [ids.next(timeMs), ids.next(NOW_MS), ids.next(timeMs)];
      expect(made.every((id) => UUID_V7.test(id))).toBe(true);
      expect(made).toStrictEqual([...made].sort());
    },
  );

  it('shares no state between generators', () => {
    const [first, second] = [new EventIds(), new EventIds()];
    first.next(NOW_MS + 60_000);
    expect(timeOf(second.next(NOW_MS))).toBe(NOW_MS);
  });
});
