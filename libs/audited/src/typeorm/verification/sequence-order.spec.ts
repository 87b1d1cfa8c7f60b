import fc from 'fast-check';
import { SequenceOrder } from './sequence-order.js';

function outOfOrder(sequences: readonly number[]): number[] {
  const positions: number[] = [];
  const order = new SequenceOrder((position) => positions.push(position));
  for (const [index, sequence] of sequences.entries()) {
    order.add(index + 1, sequence);
  }
  order.end();
  return positions;
}

describe('SequenceOrder', () => {
  it.each([
    ['nothing', [], []],
    ['one row', [7], []],
    ['rows with gaps between them', [1, 5, 6, 90], []],
    ['a row moved to the end', [1, 2, 1000, 4, 5], [3]],
    ['a row moved to the beginning', [1, 2, -5, 4, 5], [3]],
    ['the first row moved to the end', [1000, 2, 3], [1]],
    ['the last row moved to the beginning', [1, 2, -1], [3]],
    ['two rows moved to the beginning', [1, 2, -5, -4, 5], [3, 4]],
    ['two neighbours swapped', [1, 3, 2, 4], [2]],
  ])('tells of %s', (_what, sequences, positions) => {
    expect(outOfOrder(sequences)).toStrictEqual(positions);
  });

  it('finds exactly the one row that was moved out of its place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.boolean(), (length, choice, toEnd) => {
        const index = choice % length;
        const sequences = Array.from({ length }, (_, at) => at + 1);
        sequences[index] = toEnd ? 1e6 : -1e6;
        const keepsOrder = toEnd && index === length - 1;
        expect(outOfOrder(sequences)).toStrictEqual(keepsOrder ? [] : [index + 1]);
      }),
    );
  });

  it('finds something in any order but the rising one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1 }), { maxLength: 12 }), (sequences) => {
        const rises = sequences.every((sequence, index) => index === 0 || sequence > sequences[index - 1]!);
        expect(outOfOrder(sequences).length === 0).toBe(rises);
      }),
    );
  });
});
