import fc from 'fast-check';
import { cutToBytes, singleLine } from './plain-text.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', 'é', '€', '😀', '\ufffd', '\ud83d', '\ude00', '\n', '\r', '\u0000', '\u2028'),
  }),
);

describe('singleLine', () => {
  it.each([
    ['a\r\nb', 'a b'],
    ['a\nb\rc', 'a b c'],
    ['\u0000\u001b[31m\u007f\u009b\u2028\u2029', '  [31m    '],
    ['a\ud800b', 'a\ufffdb'],
    ['Zoë 😀', 'Zoë 😀'],
  ])('%j becomes %j', (text, line) => {
    expect(singleLine(text)).toBe(line);
  });

  it('leaves no control character, no line end and no lone surrogate, and changes nothing else', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const line = singleLine(text);
        // oxlint-disable-next-line no-control-regex -- what must be gone
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(line.isWellFormed()).toBe(true);
        // oxlint-disable-next-line no-control-regex -- what must be gone
        if (text.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) expect(line).toBe(text);
      }),
    );
  });
});

describe('cutToBytes', () => {
  it.each([
    ['abc', 2, 'ab'],
    ['aé', 2, 'a'],
    ['aé', 3, 'aé'],
    ['€uro', 2, ''],
    ['€€', 4, '€'],
    ['x😀', 4, 'x'],
    ['x😀', 5, 'x😀'],
    ['😀😀', 3, ''],
    ['abc', 0, ''],
    ['a\ufffdb', 4, 'a\ufffd'],
  ])('%j in %i bytes is %j', (text, bytes, cut) => {
    expect(cutToBytes(text, bytes)).toBe(cut);
  });

  it('is the longest beginning that fits, never half a character', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (given, bytes) => {
        const text = given.toWellFormed();
        const cut = cutToBytes(text, bytes);
        expect(text.startsWith(cut)).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        const next = String.fromCodePoint(text.codePointAt(cut.length) ?? 0);
        if (cut !== text) expect(Buffer.byteLength(cut) + Buffer.byteLength(next)).toBeGreaterThan(bytes);
      }),
    );
  });
});
