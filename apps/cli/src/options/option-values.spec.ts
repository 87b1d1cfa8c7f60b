import { collect, countFromZero, seconds, time, wholeNumber } from './option-values.js';

describe('a number', () => {
  it('is taken when it is whole and at least 1', () => {
    expect(['1', '64', '9007199254740991'].map(wholeNumber)).toEqual([1, 64, 9007199254740991]);
  });

  it.each(['0', '-1', '1.5', '1e3', '', ' 1', '0x10', '9007199254740993', 'many'])('is refused: "%s"', (text) => {
    expect(() => wholeNumber(text)).toThrow('whole number');
  });
});

it('counts from zero where nothing is of use, too', () => {
  expect(['0', '7'].map(countFromZero)).toEqual([0, 7]);
  expect(() => countFromZero('-1')).toThrow('whole number');
});

describe('seconds', () => {
  it('are milliseconds, tenths included', () => {
    expect(['1', '0.1', '2.5', '3600'].map(seconds)).toEqual([1000, 100, 2500, 3_600_000]);
  });

  it.each(['0', '0.05', '-1', '1e3', '', 'soon', '99999'])('are refused: "%s"', (text) => {
    expect(() => seconds(text)).toThrow('0.1 or more');
  });
});

describe('a time', () => {
  it.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T12:00:00Z', '2026-11-21T12:00:00.000Z'],
    ['2026-11-21T12:00:00.5+02:00', '2026-11-21T10:00:00.500Z'],
  ])('%s is %s', (text, expected) => {
    expect(time(text).toISOString()).toBe(expected);
  });

  it.each([
    'yesterday',
    '2026-02-31',
    '2026-13-01',
    '2026-11-21T12:00:00',
    '2026-11-21 12:00',
    '21.11.2026',
    '2026',
    '',
  ])('is refused: "%s"', (text) => {
    expect(() => time(text)).toThrow('ISO 8601');
  });
});

it('keeps every one of a repeated option', () => {
  expect(['a', 'b'].reduce<readonly string[] | undefined>((before, text) => collect(text, before), undefined)).toEqual([
    'a',
    'b',
  ]);
});
