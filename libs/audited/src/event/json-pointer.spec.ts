import fc from 'fast-check';
import { pointerToken, pointerTokens, putValueAt, valueAt, withoutValueAt, withValueAt } from './json-pointer.js';
import type { JsonObject, JsonValue } from './json-value.js';

/** RFC 6901 section 5. */
const RFC_DOCUMENT: JsonObject = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};
const RFC_SAMPLES: readonly (readonly [pointer: string, value: JsonValue])[] = [
  ['', RFC_DOCUMENT],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
];

describe('valueAt', () => {
  it.each(RFC_SAMPLES)('finds what RFC 6901 says stands at %j', (pointer, value) => {
    expect(valueAt(RFC_DOCUMENT, pointer)).toStrictEqual(value);
  });

  it.each([
    '/nothing',
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/01',
    '/foo/-1',
    '/foo/1e0',
    '/foo/',
    '/foo/length',
    '/foo/0/x',
  ])('finds nothing at %j', (pointer) => {
    expect(valueAt(RFC_DOCUMENT, pointer)).toBeUndefined();
  });

  it('finds own members only', () => {
    expect(valueAt({ a: {} }, '/a/constructor')).toBeUndefined();
    expect(valueAt({}, '/__proto__')).toBeUndefined();
    expect(valueAt({ a: null }, '/a/b')).toBeUndefined();
  });

  it('finds nothing at a text that is no pointer', () => {
    expect(pointerTokens('foo')).toBeUndefined();
    expect(valueAt(RFC_DOCUMENT, 'foo')).toBeUndefined();
  });

  it('unescapes ~1 before ~0, so that ~01 is ~1', () => {
    expect(pointerTokens('/~01')).toStrictEqual(['~1']);
  });

  it('escapes a key only where it must', () => {
    expect(['plain', 'a/b', 'm~n', '~1'].map(pointerToken)).toStrictEqual(['plain', 'a~1b', 'm~0n', '~01']);
  });

  it('finds any key again through its token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const root = Object.fromEntries([[key, 'here']]);
        expect(valueAt(root, `/${pointerToken(key)}`)).toBe('here');
      }),
    );
  });
});

describe('withoutValueAt', () => {
  it('takes a member away and leaves the original as it was', () => {
    const root: JsonObject = { a: { b: 1, c: 2 }, d: 3 };
    expect(withoutValueAt(root, '/a/b')).toStrictEqual({ a: { c: 2 }, d: 3 });
    expect(root).toStrictEqual({ a: { b: 1, c: 2 }, d: 3 });
  });

  it('keeps the place in an array as null, so that the others keep theirs', () => {
    expect(withoutValueAt({ a: [1, 2, 3] }, '/a/1')).toStrictEqual({ a: [1, null, 3] });
    expect(withoutValueAt({ a: [{ b: 1, c: 2 }] }, '/a/0/b')).toStrictEqual({ a: [{ c: 2 }] });
  });

  it.each(['/x', '/a/x', '/a/b/c', '/a/0', 'a', ''])('makes nothing where nothing stands: %j', (pointer) => {
    const root: JsonObject = { a: { b: 1 } };
    expect(withoutValueAt(root, pointer)).toBe(root);
  });
});

describe('withValueAt', () => {
  it('puts a value at its place, making missing objects on the way', () => {
    expect(withValueAt({ a: 1 }, '/actor/name', 'Zoë')).toStrictEqual({ a: 1, actor: { name: 'Zoë' } });
    expect(withValueAt({ a: [1, null] }, '/a/1', 2)).toStrictEqual({ a: [1, 2] });
    expect(withValueAt({ a: 1 }, '/a', null)).toStrictEqual({ a: null });
  });

  it.each(['/text/x', '/list/5', '/list/x/y', '/list/-', 'text', ''])(
    'spoils nothing where the way ends: %j',
    (pointer) => {
      const root: JsonObject = { text: 'abc', list: [1] };
      expect(withValueAt(root, pointer, 'value')).toStrictEqual(root);
    },
  );

  it('keeps a member called __proto__ an ordinary member', () => {
    const whole = withValueAt({}, '/__proto__/polluted', true);
    expect(Object.hasOwn(whole, '__proto__')).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('puts back exactly what was taken away, at any place of any value', () => {
    const root = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), {
      minKeys: 1,
      noNullPrototype: true,
    }) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(root, fc.infiniteStream(fc.nat()), (original, choices) => {
        const pointer = somePointer(original, choices);
        const value = valueAt(original, pointer)!;
        const restored = withValueAt(withoutValueAt(original, pointer), pointer, value);
        expect(restored).toStrictEqual(original);
      }),
    );
  });
});

describe('putValueAt', () => {
  const pointers = fc.oneof(
    fc.array(fc.constantFrom('a', 'b', '0', '1', '00', '-', '__proto__', '', 'a~1b'), { maxLength: 4 }),
    fc.array(fc.string(), { maxLength: 3 }),
  );
  const roots = fc.dictionary(fc.constantFrom('a', 'b', '0', '', 'a/b'), fc.jsonValue({ maxDepth: 3 }), {
    noNullPrototype: true,
  }) as fc.Arbitrary<JsonObject>;

  it('does within an object what withValueAt does with a copy', () => {
    fc.assert(
      fc.property(roots, pointers, fc.jsonValue({ maxDepth: 1 }), fc.boolean(), (root, tokens, value, isPointer) => {
        const pointer = isPointer ? tokens.map((token) => `/${token}`).join('') : tokens.join('/');
        const [given, own] = [1, 2].map(() => JSON.parse(JSON.stringify(root)) as JsonObject) as [
          JsonObject,
          JsonObject,
        ];
        putValueAt(own, pointer, value as JsonValue);
        expect(own).toEqual(withValueAt(given, pointer, value as JsonValue));
        expect(({} as { a?: unknown }).a).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});

/** Walks down as the choices say and ends where they, or the value, end. */
function somePointer(root: JsonObject, choices: Iterator<number>): string {
  let pointer = '';
  let value: JsonValue = root;
  while (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    const choice = Number(choices.next().value);
    const keys = Object.keys(value);
    const key: string = keys[choice % keys.length]!;
    pointer += `/${pointerToken(key)}`;
    value = (value as JsonObject)[key]!;
    if (choice % 3 === 0) {
      break;
    }
  }
  return pointer;
}
