import * as fc from 'fast-check';
import { keyPrefixes, keyText, textOfKey } from './counted-facts.js';

const MAX_BYTES = 60;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ unit: fc.constantFrom('=', '~', 'a', '\u2400', '\u{1F600}'), maxLength: 80 }),
);

describe('keyText', () => {
  it('never makes a key longer than it may be, and cuts no character in two', () => {
    fc.assert(
      fc.property(text, (given) => {
        const key = keyText(given, MAX_BYTES);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(MAX_BYTES);
        expect(key.includes('\ufffd')).toBe(given.includes('\ufffd') && key.includes('\ufffd'));
      }),
    );
  });

  it('gives different texts different keys, also where only the end differs, and nothing one of its own', () => {
    fc.assert(
      fc.property(fc.option(text), fc.option(text), (a, b) => {
        expect(keyText(a, MAX_BYTES) === keyText(b, MAX_BYTES)).toBe(a === b);
      }),
    );
    const long = 'x'.repeat(200);
    expect(keyText(`${long}1`, MAX_BYTES)).not.toBe(keyText(`${long}2`, MAX_BYTES));
  });

  it('is read back as the text, or as its beginning and a hash', () => {
    fc.assert(
      fc.property(fc.option(text), (given) => {
        const key = keyText(given, MAX_BYTES);
        const shown = textOfKey(key);
        if (key.startsWith('~')) {
          expect(given?.startsWith(shown?.split('…')[0] ?? '?')).toBe(true);
        } else {
          expect(shown).toBe(given);
        }
      }),
    );
  });

  it('keeps the beginning of a text at the beginning of its key', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 8 }), text, (prefix, rest) => {
        const key = keyText(prefix + rest, MAX_BYTES);
        expect(keyPrefixes(prefix).some((beginning) => key.startsWith(beginning))).toBe(true);
      }),
    );
  });
});
