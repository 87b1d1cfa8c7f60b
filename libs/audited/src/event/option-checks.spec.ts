import { checkFlag, checkOneOf, checkShape, checkText, checkWhole } from './option-checks.js';

describe('checkShape', () => {
  it('accepts an object with known keys only', () => {
    expect(() => checkShape('', { a: 1 }, ['a', 'b'])).not.toThrow();
    expect(() => checkShape('queue', {}, ['a'])).not.toThrow();
  });

  it('names the path of an unknown key, and what is known', () => {
    expect(() => checkShape('', { c: 1 }, ['a', 'b'])).toThrow(/option "c" is unknown\. Known are: a, b\.$/);
    expect(() => checkShape('queue', { c: 1 }, ['a'], 'Did you mean "a"?')).toThrow(
      /option "queue\.c" is unknown\. Known are: a\. Did you mean "a"\?$/,
    );
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [7, '7'],
    [true, 'true'],
    ['', 'an empty text'],
    ['text', '"text"'],
    ['x'.repeat(41), 'a long text'],
    [[], 'a value of type array'],
    [() => 1, 'a value of type function'],
  ])('refuses %p, which is no object', (value, shown) => {
    expect(() => checkShape('', value, ['a'])).toThrow(
      `option "options" must be an object, not ${shown}. It may hold: a.`,
    );
    expect(() => checkShape('queue', value, ['a'])).toThrow(/option "queue" must be an object/);
  });
});

describe('the checks of single options', () => {
  it('accept what is asked for', () => {
    checkText('name', 'x');
    checkFlag('flag', false);
    checkOneOf('level', 'a', ['a', 'b']);
    checkWhole('count', 1, 1, 3);
    checkWhole('count', 3, 1, 3);
  });

  it.each<[string, () => void, RegExp]>([
    ['an empty text', () => checkText('name', ''), /"name" must be a text that is not empty, not an empty text/],
    ['blanks', () => checkText('name', '  '), /"name" must be a text that is not empty/],
    ['a number as text', () => checkText('name', 5), /not 5\. Leave it out for the default\.$/],
    ['a text as flag', () => checkFlag('flag', 'yes'), /"flag" must be true or false, not "yes"/],
    ['another word', () => checkOneOf('level', 'c', ['a', 'b']), /"level" is "c"\. Use one of: a, b\.$/],
    ['a number as word', () => checkOneOf('level', 1, ['a']), /"level" is 1/],
    ['too few', () => checkWhole('count', 0, 1, 3), /"count" is 0\. Use a whole number from 1 to 3\.$/],
    ['too many', () => checkWhole('count', 4, 1, 3), /"count" is 4/],
    ['a fraction', () => checkWhole('count', 1.5, 1, 3), /"count" is 1\.5/],
    ['a text as number', () => checkWhole('count', '2', 1, 3), /"count" is "2"/],
  ])('refuse %s, naming the option and the cure', (_what, check, message) => {
    expect(check).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID' }));
    expect(check).toThrow(message);
  });
});
