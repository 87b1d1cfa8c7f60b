import fc from 'fast-check';
import { textArray } from './postgres-text-array.js';

/** Reads the format as PostgreSQL's documentation of `array_recv` has it. */
function decoded(array: Buffer): (string | null)[] {
  const [dimensions, , oid, count, lowerBound] = [0, 4, 8, 12, 16].map((at) => array.readInt32BE(at));
  expect([dimensions, oid, lowerBound]).toEqual([1, 25, 1]);
  const texts: (string | null)[] = [];
  let at = 20;
  for (let index = 0; index < (count ?? 0); index++) {
    const size = array.readInt32BE(at);
    at += 4;
    texts.push(size === -1 ? null : array.toString('utf8', at, at + size));
    at += Math.max(size, 0);
  }
  expect(at).toBe(array.length);
  return texts;
}

describe('textArray', () => {
  it('gives every list of texts back as it was', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constant(null));
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(decoded(textArray(texts))).toEqual(texts);
      }),
    );
  });

  it('keeps nothing, an empty text and the four letters NULL apart', () => {
    const texts = [null, '', 'NULL', '{}', '"', '\\', ',', '€𝒳'];
    expect(decoded(textArray(texts))).toEqual(texts);
  });
});
