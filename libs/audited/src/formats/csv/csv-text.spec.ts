import { cellText, guardedJson, guardedText } from './csv-text.js';

const FORMULA = ['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'];

describe('cellText', () => {
  it.each([
    ['line one\r\nline two\nthree\rfour', 'line one\r\nline two\nthree\rfour'],
    ['tab\tNUL\u0000ESC\u001b[2J', 'tab NUL ESC [2J'],
    ['DEL\u007fNEL\u0085CSI\u009b', 'DEL NEL CSI '],
    ['\u2028\u2029', '  '],
    ['lone \ud800 and \udc00', 'lone \ufffd and \ufffd'],
    ['Zoë 😀 \ufeff', 'Zoë 😀 \ufeff'],
    ['=1+1', '=1+1'],
  ])('writes %j as %j', (text, expected) => {
    expect(cellText(text)).toBe(expected);
  });
});

describe('guardedText', () => {
  it.each(FORMULA)('stands before %j at the start', (character) => {
    expect(guardedText(`${character}cmd|' /C calc'!A0`)).toBe(`'${character}cmd|' /C calc'!A0`);
  });

  it.each([
    ['\r=1', `'\r'=1`],
    ['\n=1', `'\n'=1`],
    ['\nplain', `'\nplain`],
    ['\t=1', `' =1`],
    [' =1', `' =1`],
    ['"=1"', `'"=1"`],
    ['" "=1', `'" "=1`],
    ['\u0000=1', `' =1`],
  ])('stands before what a spreadsheet strips: %j', (text, expected) => {
    expect(guardedText(text)).toBe(expected);
  });

  it.each([
    ['a,=1', `a,'=1`],
    ['a;=1', `a;'=1`],
    ['a;"=1', `a;'"=1`],
    ['a\n-2+3+cmd|1', `a\n'-2+3+cmd|1`],
    ['a\r\n@SUM(A1)', `a\r\n'@SUM(A1)`],
    ['a;;+1;x', `a;;'+1;x`],
    ['a,,=1,=2', `a,,'=1,'=2`],
  ])('stands where another delimiter begins a cell: %j', (text, expected) => {
    expect(guardedText(text)).toBe(expected);
  });

  it.each(['', 'plain', 'a=b', 'a-b+c@d', 'alice, @bob', "'=1", 'Mozilla/5.0 (X11; Linux x86_64)', '2026-11-02'])(
    'leaves %j alone',
    (text) => {
      expect(guardedText(text)).toBe(text);
    },
  );

  it('is quick for a text that is all separators or quotes', () => {
    expect(guardedText(',"'.repeat(100_000))).toHaveLength(200_000);
    expect(guardedText('"'.repeat(200_000))).toHaveLength(200_000);
  });
});

describe('guardedJson', () => {
  it.each([
    ['{"a":"=1"}', String.raw`{"a":"\u003d1"}`],
    ['{"a":"x;=1"}', String.raw`{"a":"x;\u003d1"}`],
    ['["\\\\",-1,"\\\\\\",=1"]', String.raw`["\\",-1,"\\\",\u003d1"]`],
    ['{"=a":"x;+1,-2"}', String.raw`{"\u003da":"x;\u002b1,\u002d2"}`],
    ['["a\\"=1"]', String.raw`["a\"\u003d1"]`],
    ['["@a","\uff1db"]', String.raw`["\u0040a","\uff1db"]`],
    ['[1,-2,-3.5e-7]', '[1,-2,-3.5e-7]'],
    ['{"a":"b=c, -d"}', '{"a":"b=c, -d"}'],
  ])('writes %s as %s, which is the same JSON', (json, expected) => {
    expect(guardedJson(json)).toBe(expected);
    expect(JSON.parse(guardedJson(json))).toEqual(JSON.parse(json));
  });

  it.each(['\n', '"'])('takes a long text of nothing but %j', (character) => {
    const value = [`=${character.repeat(5_000_000)}`];
    expect(JSON.parse(guardedJson(JSON.stringify(value))) as unknown).toEqual(value);
  });
});
