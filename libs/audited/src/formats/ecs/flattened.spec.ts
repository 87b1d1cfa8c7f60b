import type { JsonObject, JsonValue } from '../../event/json-value.js';
import { fitsFlattened } from './flattened.js';

/** `{ a: { a: ... { a: 1 } } }` with so many names on the way to the value. */
function nested(names: number): JsonObject {
  let value: JsonValue = 1;
  for (let made = 0; made < names; made += 1) value = { a: value };
  return value as unknown as JsonObject;
}

describe('fitsFlattened', () => {
  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['values of every kind', { a: 1, b: null, list: [1, 'x', { c: true }], d: { f: '' } }],
    ['names of JavaScript', JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as JsonObject],
    ['names that are no identifiers', { 'a.b': 1, 'a b': 2, ' c ': 3, 'k\nl': 4, 日本: 5 }],
    ['20 names on the way to a value', nested(20)],
    ['2,730 characters of names', { ['x'.repeat(2_730)]: 1 }],
    ['a value of any length', { a: 'x'.repeat(100_000) }],
  ])('takes %s', (_name, details) => {
    expect(fitsFlattened(details)).toBe(true);
  });

  it.each<[string, JsonObject]>([
    ['a name with NUL', { 'a\0b': 1 }],
    ['a name with NUL further in', { a: [{ b: { '\0': 1 } }] }],
    ['a name with a lone surrogate', { '\ud800': 1 }],
    ['an empty name', { '': 1 }],
    ['a blank name further in', { a: [{ ' \t': 1 }] }],
    ['a name of dots', { '..': 1 }],
    ['a name that begins with a dot', { '.a': 1 }],
    ['a name that ends with a dot', { 'a.': 1 }],
    ['a name with nothing between two dots', { 'a. .b': 1 }],
    ['21 names on the way to a value', nested(21)],
    ['lists in lists in lists', { a: JSON.parse('['.repeat(20) + ']'.repeat(20)) as JsonValue }],
    ['2,731 characters of names', { ['x'.repeat(2_731)]: 1 }],
    ['2,731 characters of names together', { ['x'.repeat(1_400)]: { ['x'.repeat(1_331)]: 1 } }],
  ])('refuses %s', (_name, details) => {
    expect(fitsFlattened(details)).toBe(false);
  });
});
