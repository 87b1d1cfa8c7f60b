import fc from 'fast-check';
import { jsonText } from './json-text.js';

describe('jsonText', () => {
  it.each([
    [{ a: 'x\u0085y\u2028z\u009b' }, '{"a":"x\\u0085y\\u2028z\\u009b"}'],
    [{ a: 'lone \ud800' }, '{"a":"lone \ufffd"}'],
    [{ 'k\udc00': 1 }, '{"k\ufffd":1}'],
    [{ a: '\\ud800' }, '{"a":"\\\\ud800"}'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [{ a: 'Zoë 😀' }, '{"a":"Zoë 😀"}'],
    [[{ a: '\n' }], '[{"a":"\\n"}]'],
  ])('%j is %s', (value, text) => {
    expect(jsonText(value)).toBe(text);
  });

  it('keeps names that objects have of their own', () => {
    const value = JSON.parse('{"__proto__":{"a":"\\ud800"},"constructor":1}') as object;
    expect(jsonText(value)).toBe('{"__proto__":{"a":"\ufffd"},"constructor":1}');
  });

  it('reads back as the same value, is one line, and holds no control character', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false })), (value) => {
        const text = jsonText(value);
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(text.isWellFormed()).toBe(true);
        const plain = JSON.stringify(value);
        if (!/\\ud[89a-f]/.test(plain)) expect(JSON.parse(text)).toEqual(JSON.parse(plain));
      }),
    );
  });
});
