import { jsonMembers } from './json-members.js';

describe('jsonMembers', () => {
  it.each([
    [{ a: 1, b: 'x' }, 15, '{"a":1,"b":"x"}'],
    [{ a: 1, b: 'x' }, 14, '{"a":1}'],
    [{ a: 'xxxxxxxxxx', b: 'x' }, 9, '{"b":"x"}'],
    [{ a: 'xxxxxxxxxx', b: 'x' }, 8, undefined],
    [[1, 22, 3], 8, '[1,22,3]'],
    [[1, 22, 3], 7, '[1,22]'],
    [[1, 22, 3], 5, '[1,3]'],
    [['é'], 6, '["é"]'],
    [['é'], 5, undefined],
    [{}, 100, undefined],
    [[], 100, undefined],
  ])('%j in %i bytes is %j', (value, bytes, text) => {
    expect(jsonMembers(value, bytes)).toBe(text);
  });

  it('keeps names that are names of the language, and each name once', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"admin":true},"constructor":1,"long":"xxxxxxxxxxxxxxxxxxxxxxxx"}',
    ) as object;
    expect(jsonMembers(hostile, 50)).toBe('{"__proto__":{"admin":true},"constructor":1}');
    expect(jsonMembers({ '\ud800': 1, '\udc00': 2, long: 'xxxxxxxx' }, 10)).toBe('{"\ufffd":2}');
  });

  it('counts what the place wants escaped', () => {
    const escaped = (json: string): string => json.replaceAll('=', String.raw`\u003d`);
    expect(jsonMembers(['=', 'a'], 14, escaped)).toBe(String.raw`["\u003d","a"]`);
    expect(jsonMembers(['=', 'a'], 13, escaped)).toBe(String.raw`["\u003d"]`);
    expect(jsonMembers(['=', 'a'], 9, escaped)).toBe('["a"]');
  });
});
