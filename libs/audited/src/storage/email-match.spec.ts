import fc from 'fast-check';
import { canonicalJson } from '../event/canonical-json.js';
import { holdsEmail } from './email-match.js';

describe('holdsEmail', () => {
  it.each([
    ['the e-mail of the actor', { '/actor/email': 'ada@example.org' }, true],
    ['another case', { '/actor/email': 'Ada@Example.ORG' }, true],
    ['a value in a list in an object', { '/details/to': [{ mail: 'ada@example.org' }] }, true],
    ['a longer address', { '/actor/email': 'ada@example.org.uk' }, false],
    ['a text that mentions it', { '/details/note': 'sent to ada@example.org' }, false],
    ['a key of that name', { '/details/to': { 'ada@example.org': true } }, false],
    ['nothing', {}, false],
  ])('tells of %s', (_what, personal, expected) => {
    expect(holdsEmail(canonicalJson(personal), 'ada@example.org')).toBe(expected);
  });

  it('takes both spellings of an accent for one', () => {
    expect(holdsEmail(canonicalJson({ '/actor/email': 'jose\u0301@example.org' }), 'JOS\u00c9@example.org')).toBe(true);
  });

  it('finds the person in a personal part that is damaged', () => {
    expect(holdsEmail('{"/actor/email":"Ada@example.org"', 'ada@example.org')).toBe(true);
    expect(holdsEmail('{"/actor/email":"bob@example.org"', 'ada@example.org')).toBe(false);
  });

  it('finds any text that stands there as a value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (text) => {
        expect(holdsEmail(canonicalJson({ '/details/list': ['x', { y: text }] }), text)).toBe(true);
      }),
    );
  });
});
