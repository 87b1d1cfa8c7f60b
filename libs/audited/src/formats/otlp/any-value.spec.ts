import type { JsonObject, JsonValue } from '../../event/json-value.js';
import { anyValue, type AnyValue } from './any-value.js';

function members(value: JsonObject): readonly (readonly [key: string, value: AnyValue])[] {
  const { kvlistValue } = anyValue(value) as Extract<AnyValue, { kvlistValue: unknown }>;
  return kvlistValue.values.map(({ key, value: member }) => [key, member]);
}

describe('anyValue', () => {
  it.each<[JsonValue, object]>([
    ['text', { stringValue: 'text' }],
    ['', { stringValue: '' }],
    ['lone \ud800', { stringValue: 'lone \ufffd' }],
    [true, { boolValue: true }],
    [false, { boolValue: false }],
    [null, {}],
    [0, { intValue: '0' }],
    [-0, { intValue: '0' }],
    [-7, { intValue: '-7' }],
    [1.5, { doubleValue: 1.5 }],
    [5e-324, { doubleValue: 5e-324 }],
    [[], { arrayValue: { values: [] } }],
    [[1, null, 'a'], { arrayValue: { values: [{ intValue: '1' }, {}, { stringValue: 'a' }] } }],
    [{}, { kvlistValue: { values: [] } }],
    [
      // The example of "Mapping Arbitrary Data to OTLP AnyValue".
      { a: 123, b: 'def' },
      {
        kvlistValue: {
          values: [
            { key: 'a', value: { intValue: '123' } },
            { key: 'b', value: { stringValue: 'def' } },
          ],
        },
      },
    ],
  ])('writes %j as %j', (value, expected) => {
    expect(anyValue(value)).toStrictEqual(expected);
  });

  it.each<[number, object]>([
    [2 ** 53 - 1, { intValue: '9007199254740991' }],
    [2 ** 53, { intValue: '9007199254740992' }],
    [2 ** 63 - 1024, { intValue: '9223372036854774784' }],
    [2 ** 63, { doubleValue: 2 ** 63 }],
    [-(2 ** 63), { intValue: '-9223372036854775808' }],
    [-(2 ** 63) - 2048, { doubleValue: -(2 ** 63) - 2048 }],
    [1e21, { doubleValue: 1e21 }],
  ])('keeps every digit of %d', (value, expected) => {
    expect(anyValue(value)).toStrictEqual(expected);
  });

  it('leaves out members that are undefined', () => {
    const value = { a: undefined, b: 1 } as unknown as JsonValue;
    expect(anyValue(value)).toEqual({ kvlistValue: { values: [{ key: 'b', value: { intValue: '1' } }] } });
  });

  it('keeps names that objects have of their own', () => {
    const value = JSON.parse('{"__proto__":1,"constructor":2}') as JsonValue;
    expect(JSON.stringify(anyValue(value))).toBe(
      '{"kvlistValue":{"values":[{"key":"__proto__","value":{"intValue":"1"}},{"key":"constructor","value":{"intValue":"2"}}]}}',
    );
  });

  it('keeps names apart that differ in lone surrogates alone, and gives no name twice', () => {
    const value: JsonObject = { 'a\ud800': 1, 'a\ud801': 2, 'a\ufffd': 3, 'a\ufffd#2': 4, 'a\udc00': 5 };
    expect(members(value)).toEqual([
      ['a\ufffd#3', { intValue: '1' }],
      ['a\ufffd#4', { intValue: '2' }],
      ['a\ufffd', { intValue: '3' }],
      ['a\ufffd#2', { intValue: '4' }],
      ['a\ufffd#5', { intValue: '5' }],
    ]);
  });

  it('stays quick when a great many names become the same', () => {
    const names = Array.from({ length: 2048 * 4 }, (_, index) =>
      String.fromCharCode(0xd800 + (index % 1024), 0xd800 + Math.floor(index / 1024)),
    );
    const value = Object.fromEntries(names.map((name) => [name, 1]));
    expect(new Set(members(value).map(([key]) => key)).size).toBe(names.length);
  });
});
