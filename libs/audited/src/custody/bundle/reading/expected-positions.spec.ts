import * as fc from 'fast-check';
import { ExpectedPositions } from './expected-positions.js';

describe('ExpectedPositions', () => {
  it('finds what a list of all positions finds, whatever comes', () => {
    const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 })), { maxLength: 6 });
    fc.assert(
      fc.property(spans, fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 30 }), (steps, met) => {
        let end = 0;
        const ranges = steps.map(([gap, more]) => {
          const from = end + gap;
          end = from + more;
          return [from, end] as const;
        });
        const expected = new ExpectedPositions(ranges);
        let open = ranges.flatMap(([from, through]) =>
          Array.from({ length: through - from + 1 }, (_, at) => from + at),
        );
        for (const position of met) {
          const before = open.filter((candidate) => candidate < position);
          const isOpen = open.includes(position);
          const finding = expected.meet(position);
          expect(finding).toEqual(
            !isOpen
              ? { is: 'strange' }
              : before.length === 0
                ? { is: 'expected' }
                : { is: 'late', firstMissing: before[0], missing: before.length },
          );
          open = isOpen ? open.filter((candidate) => candidate > position) : open;
        }
        expect(expected.rest()).toEqual(
          open.length === 0 ? undefined : { firstMissing: open[0], missing: open.length },
        );
      }),
    );
  });
});
