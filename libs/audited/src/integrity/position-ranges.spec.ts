import fc from 'fast-check';
import { formatRanges, parseRanges, PositionSet } from './position-ranges.js';

describe('positions as text', () => {
  it('joins neighbours', () => {
    expect(formatRanges([1, 2, 3, 4, 5, 9, 12, 13])).toBe('1-5,9,12-13');
    expect(formatRanges([7, 7])).toBe('7');
    expect(formatRanges([])).toBe('');
    expect(parseRanges('1-5,9,12-13')).toStrictEqual([
      [1, 5],
      [9, 9],
      [12, 13],
    ]);
    expect(parseRanges('')).toStrictEqual([]);
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (positions) => {
        const ascending = positions.toSorted((left, right) => left - right);
        const read = parseRanges(formatRanges(ascending)).flatMap(([from, through]) =>
          Array.from({ length: through - from + 1 }, (_, index) => from + index),
        );
        expect(read).toStrictEqual(ascending);
      }),
    );
  });

  it.each([
    [','],
    ['1,'],
    [' 1'],
    ['0'],
    ['01'],
    ['-1'],
    ['1-'],
    ['5-1'],
    ['1-5,5'],
    ['9,1'],
    ['1.5'],
    ['1e3'],
    ['9007199254740992'],
    ['x'.repeat(1000)],
  ])('refuses %j', (text) => {
    expect(() => parseRanges(text)).toThrow(expect.objectContaining({ code: 'AUDIT_POSITIONS_INVALID' }));
  });

  it('refuses everything else, and nothing with another error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.anything()), (text) => {
        try {
          parseRanges(text as string);
        } catch (error) {
          expect(error).toMatchObject({ code: 'AUDIT_POSITIONS_INVALID' });
        }
      }),
    );
  });
});

describe('a set of positions', () => {
  it('has exactly what was added, in whatever order', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.nat(12)), { maxLength: 20 });
    fc.assert(
      fc.property(spans, (added) => {
        const [set, model] = [new PositionSet(), new Set<number>()];
        for (const [from, more] of added) {
          set.add(from, from + more);
          for (let position = from; position <= from + more; position++) {
            model.add(position);
          }
        }
        const all = Array.from({ length: 100 }, (_, position) => position);
        expect(all.filter((position) => set.has(position))).toStrictEqual(
          all.filter((position) => model.has(position)),
        );
        expect(set.size).toBe(model.size);
        const ranges = set.ranges();
        expect(ranges.every(([from], index) => index === 0 || from > ranges[index - 1]![1] + 1)).toBe(true);
      }),
    );
  });

  it('reads what was written', () => {
    const set = PositionSet.parse('3-5,9');
    expect([set.size, set.has(4), set.has(6), set.has(9)]).toStrictEqual([4, true, false, true]);
  });

  it('takes no range that is none', () => {
    for (const [from, through] of [
      [0, 1],
      [2, 1],
      [1, 1.5],
      [1, Infinity],
    ] as const) {
      expect(() => new PositionSet().add(from, through)).toThrow(RangeError);
    }
  });
});
