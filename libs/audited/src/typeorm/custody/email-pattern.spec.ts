import fc from 'fast-check';
import { canonicalJson } from '../../event/canonical-json.js';
import { holdsEmail } from '../../storage/email-match.js';
import { emailPattern } from './email-pattern.js';

/** LIKE as SQL defines it, with the escape character `!`. */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.match(/!.|[\s\S]/gu) ?? [];
  const expression = parts.map((part) => {
    if (part === '%') {
      return '[\\s\\S]*';
    }
    return part === '_' ? '[\\s\\S]' : part.replace(/^!(?=.)/, '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${expression.join('')}$`, 'u').test(text);
}

const kelvin = '\u212a';
const dottedI = '\u0130';

const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const anyForm = fc.constantFrom('NFC' as const, 'NFD' as const);

describe('emailPattern', () => {
  it.each([
    ['ada@example.org', '%"ada@example.org"%'],
    ['A_da%!@x', '%"a!_da!%!!@x"%'],
    ['"a\\"@x', '%"%a%%@x"%'],
    ['Jörg@x', '%"%rg@x"%'],
    ['Kim@x', '%"_im@x"%'],
    ['\u212aim@x', '%"%im@x"%'],
    ['i\u0307@x', '%"%@x"%'],
  ])('of %s is %s', (email, pattern) => {
    expect(emailPattern(email)).toBe(pattern);
  });

  it.each([
    [kelvin, kelvin],
    [kelvin, 'k'],
    ['k', kelvin],
    ['K', kelvin],
    [dottedI, 'i\u0307'],
    ['i\u0307', dottedI],
    ['I\u0307', dottedI],
    ['h\u0331', 'H\u0331'],
    ['\u1e96', 'H\u0331'],
    ['h\u0331', '\u1e96'],
    ['_\u0331', '_\u0331'],
    ['a;b', 'a\u037eb'],
    ['a\u037eb', 'a;b'],
    ['a`b', 'a\u1fefb'],
  ])('of %j finds the stored %j, whose lower case is the same', (email, stored) => {
    const personal = canonicalJson({ '/actor/email': stored });
    expect(holdsEmail(personal, email)).toBe(true);
    expect(isLike(asciiLower(personal), emailPattern(email))).toBe(true);
    expect(isLike(personal.toLowerCase(), emailPattern(email))).toBe(true);
  });

  it('finds whatever holds the address, on databases that only know the lower case of A to Z', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.boolean(), anyForm, (email, isUpper, form) => {
        const stored = (isUpper ? email.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : email).normalize(form);
        const personal = canonicalJson({ '/actor/email': stored, '/actor/name': 'x' });
        expect(holdsEmail(personal, email)).toBe(true);
        expect(isLike(asciiLower(personal), emailPattern(email))).toBe(true);
      }),
    );
  });
});
