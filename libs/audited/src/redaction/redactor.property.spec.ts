import { serialize } from 'node:v8';
import fc from 'fast-check';
import { Redactor, type RedactionFindings } from './redactor.js';
import { SECRET_ENDINGS, SECRET_LAST_WORDS } from './names/default-paths.js';

const redactor = new Redactor();
/** The generator looks at its values too: they throw only while the redactor has them. */
let armed = false;
const whileArmed = <T>(work: () => T): T => {
  armed = true;
  try {
    return work();
  } finally {
    armed = false;
  }
};
const throws = (): undefined => {
  if (armed) throw new Error('hostile');
  return undefined;
};
const trap =
  <A extends unknown[], R>(ordinary: (...given: A) => R): ((...given: A) => R) =>
  (...given) => {
    throws();
    return ordinary(...given);
  };
const redact = (input: unknown): { output: unknown; findings: RedactionFindings } => {
  const findings: RedactionFindings = { truncated: [], redacted: [] };
  return { output: whileArmed(() => redactor.value(input, '/details', findings)), findings };
};

const scalars = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    NaN,
    -0,
    Infinity,
    Symbol('mark'),
    () => 1,
    '\ud800',
    'a\udc00b',
    '\0',
    new Date(NaN),
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.double(),
  fc.bigInt(),
  fc.integer({ min: 9000, max: 40_000 }).map((length) => 'é'.repeat(length)),
);

const hostiles = fc
  .constantFrom<() => unknown>(
    () => ({
      get a(): unknown {
        return throws();
      },
      b: 1,
    }),
    () =>
      new Proxy(
        { a: 1 },
        {
          get: trap(Reflect.get),
          has: trap(Reflect.has),
          ownKeys: trap(Reflect.ownKeys),
          getPrototypeOf: trap(Reflect.getPrototypeOf),
          getOwnPropertyDescriptor: trap(Reflect.getOwnPropertyDescriptor),
        },
      ),
    () => new Proxy({ a: 1 }, { ownKeys: trap(Reflect.ownKeys) }),
    () =>
      new Proxy([1, 2], {
        get: (target, key) => (armed && key === 'length' ? 500 : trap(Reflect.get)(target, key)),
      }),
    () => ({ toJSON: throws, a: 1 }),
    () => ({
      toJSON(): unknown {
        return this;
      },
      a: 1,
    }),
    () => {
      const unfolding = (levels: number): object => ({
        toJSON: () => (levels === 0 ? 'end' : { next: unfolding(levels - 1) }),
      });
      return unfolding(100);
    },
    () => {
      const cycle: Record<string, unknown> = {};
      cycle['self'] = [cycle, new Map([['up', cycle]])];
      return cycle;
    },
    () => {
      let deep: unknown = 'core';
      for (let level = 0; level < 100; level += 1) deep = level % 2 === 0 ? [deep] : { deep };
      return deep;
    },
    () => Object.assign(Object.create({ inherited: 1 }) as object, { own: 1 }),
    () =>
      new Error('m', {
        cause: {
          get message(): unknown {
            return throws();
          },
        },
      }),
    () => Array.from<number>({ length: 2000 }),
    () => JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":1}}'),
    () => Buffer.from('bytes'),
    () => new Set([new Set(), new Map([[{}, []]])]),
  )
  .map((make) => make());

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withBoxedValues: true,
    withObjectString: true,
    withUnicodeString: true,
    maxDepth: 4,
  } as fc.ObjectConstraints),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      scalars,
      hostiles,
      fc.array(tie('value')),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('value')),
    ),
  })).value,
);

describe('whatever the value', () => {
  it('the output is plain JSON of bounded size, and the same each time', () => {
    fc.assert(
      fc.property(anything, (input) => {
        const { output, findings } = redact(input);
        const json = JSON.stringify(output);
        expect(JSON.parse(json)).toEqual(output);
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(65_536 + 64);
        expect(json.isWellFormed()).toBe(true);
        expect(findings.redacted.length).toBeLessThanOrEqual(65);
        expect(findings.truncated.length).toBeLessThanOrEqual(65);
        expect(redact(input)).toEqual({ output, findings });
      }),
      { numRuns: 500 },
    );
  });

  it('tiny limits hold too', () => {
    const limits = { maxStringBytes: 5, maxDepth: 2, maxKeys: 2, maxItems: 2, maxValueBytes: 60, maxLineBytes: 8 };
    const strict = new Redactor({ limits });
    fc.assert(
      fc.property(anything, (input) => {
        const findings: RedactionFindings = { truncated: [], redacted: [] };
        const json = JSON.stringify(whileArmed(() => strict.value(input, '/details', findings)));
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(60 + 16);
        const line = whileArmed(() => strict.line(input, '/actor/name', findings));
        expect(Buffer.byteLength(line ?? '')).toBeLessThanOrEqual(8);
      }),
      { numRuns: 500 },
    );
  });

  it('the input is never changed', () => {
    fc.assert(
      fc.property(fc.object({ withDate: true, withMap: true, withSet: true, withBigInt: true }), (input) => {
        // As bytes: a clone would be of another realm under Jest, whose equality fails on maps in sets.
        const before = serialize(input);
        const { output } = redact(input);
        expect(serialize(input).equals(before)).toBe(true);
        expect(redact(deepFreeze(input)).output).toEqual(output);
      }),
      { examples: [[{ '': new Map([[new Set([new Date(Number.NaN)]), new Set()]]) }]] },
    );
  });

  it('JSON without anything special comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (input) => {
        const { output, findings } = redact(input);
        fc.pre(findings.redacted.length + findings.truncated.length === 0);
        expect(JSON.stringify(output)).toBe(
          JSON.stringify(input, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)),
        );
      }),
    );
  });

  it('a line has no character that forges or hides, and is bounded', () => {
    fc.assert(
      fc.property(anything, (input) => {
        const line = whileArmed(() => redactor.line(input, '/actor/name', { truncated: [], redacted: [] }));
        expect(line ?? '').not.toMatch(
          /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/u,
        );
        expect(Buffer.byteLength(line ?? '')).toBeLessThanOrEqual(1024);
        expect(line).not.toBe('');
      }),
    );
  });
});

describe('wherever a secret is planted', () => {
  /** No detector knows it by its form. */
  const PLAIN_SECRET = 'correcthorse';
  const LETTERS = 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6iJ9k';
  const formed = fc.constantFrom(
    [`Bearer ${LETTERS}`, LETTERS],
    ['Basic dXNlcjpjb3JyZWN0aG9yc2U=', 'dXNlcjpjb3JyZWN0aG9yc2U='],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIiOiIxIn0'],
    [`AKIA${'IOSFODNN7EXAMPLE'}`, 'IOSFODNN7EXAMPLE'],
    [`ghp_${LETTERS}`, LETTERS],
    [`sk_live_${LETTERS}`, LETTERS],
    ['4111 1111 1111 1111', '1111'],
    ['5555555555554444', '55554444'],
    [`-----BEGIN PRIVATE KEY-----\n${LETTERS}\n-----END PRIVATE KEY-----`, LETTERS],
    [`postgres://user:${PLAIN_SECRET}@db/x`, PLAIN_SECRET],
    [`password=${PLAIN_SECRET}`, PLAIN_SECRET],
    [`"api_key": "${PLAIN_SECRET}"`, PLAIN_SECRET],
    [`?a=1&access_token=${PLAIN_SECRET}&b=2`, PLAIN_SECRET],
  );
  const word = fc.string({ unit: fc.constantFrom(...'ghijklmnop_ '.split('')), maxLength: 8 });
  const names = fc.oneof(word, fc.constantFrom('constructor', '__proto__', 'a/b', '~'));
  const wraps = fc.array(fc.tuple(fc.constantFrom('object', 'array', 'map', 'set', 'error', 'class', 'json'), names), {
    maxLength: 6,
  });
  /** Puts a value somewhere into a structure, deeper than the limit now and then. */
  const wrap = (value: unknown, levels: readonly (readonly [string, string])[]): unknown =>
    levels.reduce<unknown>((inner, [kind, name]) => {
      if (kind === 'array') return ['x', inner];
      if (kind === 'map') return new Map([[name, inner]]);
      if (kind === 'set') return new Set([inner]);
      if (kind === 'error') return new Error('m', { cause: inner });
      if (kind === 'class') return Object.assign(new (class Box {})(), { [`${name}_`]: inner });
      if (kind === 'json') return { toJSON: () => ({ [name]: inner }) };
      return { [name]: inner, other: 1 };
    }, value);
  const survives = (secret: string, input: unknown): boolean => {
    const { output, findings } = redact(input);
    const line = redactor.line(input, '/actor/name', findings);
    return JSON.stringify([output, findings, line]).includes(secret);
  };

  it('under a secret key, it is gone', () => {
    const keys = fc.constantFrom(
      ...SECRET_ENDINGS,
      ...SECRET_LAST_WORDS,
      'userPassword',
      'X-Api-Key',
      'stripe_secret_key',
    );
    const holders = fc.constantFrom<(secret: string) => unknown>(
      (secret) => secret,
      (secret) => [secret],
      (secret) => ({ nested: { secret } }),
      (secret) => new Map([[secret, secret]]),
      (secret) => ({ toJSON: () => secret }),
      (secret) => new Error(secret),
    );
    fc.assert(
      fc.property(keys, holders, wraps, (key, holder, levels) => {
        expect(survives(PLAIN_SECRET, wrap({ [key]: holder(PLAIN_SECRET) }, levels))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('in a text, a name, a message or a line, it is gone', () => {
    const carriers = fc.constantFrom<(text: string) => unknown>(
      (text) => text,
      (text) => ({ [text]: 1 }),
      (text) => new Error(text),
      (text) => new String(text),
      (text) => Symbol(text),
      (text) => new Map([[text, text]]),
      (text) => JSON.stringify({ note: text }),
      (text) => Object.defineProperty(() => 1, 'name', { value: text }),
    );
    fc.assert(
      fc.property(formed, word, word, carriers, wraps, ([text = '', secret = ''], before, behind, carrier, levels) => {
        expect(survives(secret, wrap(carrier(`${before} ${text} ${behind}`), levels))).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('across the place where a text is cut, neither its head nor its tail stays', () => {
    fc.assert(
      fc.property(
        formed,
        fc.integer({ min: 900, max: 8300 }),
        fc.integer({ min: 0, max: 20_000 }),
        ([text = '', secret = ''], before, behind) => {
          // Four digits stand by chance in one digest of a hundred thousand, and digests are part of what is kept.
          fc.pre(secret.length >= 6);
          const input = `${'. '.repeat(before).slice(0, before)} ${text} ${'. '.repeat(behind)}`;
          expect(survives(secret.slice(0, 6), input)).toBe(false);
          expect(survives(secret.slice(-6), input)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
