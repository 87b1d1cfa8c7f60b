import { EXIT, exitCodeOf } from './exit-code.js';

describe('the exit code of a failure', () => {
  it.each([
    ['AUDIT_HISTORY_CHANGED', EXIT.broken],
    ['AUDIT_OPTIONS_INVALID', EXIT.usage],
    ['AUDIT_STORE_UNAVAILABLE', EXIT.unavailable],
    ['ECONNREFUSED', EXIT.unavailable],
    ['toString', EXIT.unavailable],
  ])('of %s is %i', (code, expected) => {
    expect(exitCodeOf(Object.assign(new Error('something'), { code }))).toBe(expected);
  });

  it.each([
    ['broken', EXIT.broken],
    ['explained', EXIT.explained],
    ['hold', EXIT.usage],
    ['archive', EXIT.unavailable],
  ])('tells apart why a prune was refused: %s is %i', (obstacle, expected) => {
    expect(exitCodeOf({ code: 'AUDIT_PRUNE_REFUSED', obstacle })).toBe(expected);
  });

  it.each([undefined, null, 'text', 7, new Error('without code')])(
    'of what is no error of the package, %p, is 3',
    (error) => {
      expect(exitCodeOf(error)).toBe(EXIT.unavailable);
    },
  );
});
