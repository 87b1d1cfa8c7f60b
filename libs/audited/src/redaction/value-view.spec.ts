import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { Redactor, type RedactionFindings } from './redactor.js';

const keep = (input: unknown): unknown => {
  const findings: RedactionFindings = { truncated: [], redacted: [] };
  const output = new Redactor().value(input, '/details', findings);
  expect(findings).toEqual({ truncated: [], redacted: [] });
  return output;
};
const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
// oxlint-disable-next-line unicorn/no-thenable -- an object with this method is what is tested
const THEN = 'then';
const throws = (): never => {
  throw new Error('hostile');
};

describe('values that JSON carries', () => {
  it.each(
    [null, true, false, 0, 1.5, -2, '', 'text', [], {}, [1, [2, { a: null }]], { a: { b: ['c'] } }].map((value) => [
      value,
    ]),
  )('%j stays', (value) => {
    expect(keep(value)).toEqual(value);
  });

  it('are copied, never shared', () => {
    const input = { list: [{ a: 1 }] };
    const output = keep(input) as typeof input;
    expect(output).toEqual(input);
    expect(output).not.toBe(input);
    expect(output.list[0]).not.toBe(input.list[0]);
  });
});

describe('scalars that JSON does not carry', () => {
  it.each<[string, unknown, unknown]>([
    ['undefined', undefined, null],
    ['NaN', NaN, 'NaN'],
    ['Infinity', Infinity, 'Infinity'],
    ['-Infinity', -Infinity, '-Infinity'],
    ['a bigint', 12345678901234567890n, '12345678901234567890'],
    ['a symbol', Symbol('mark'), 'mark'],
    ['a nameless symbol', Symbol(), ''],
    ['a function', function audit() {}, '[function audit]'],
    [
      'a nameless function',
      (
        () => () =>
          1
      )(),
      '[function]',
    ],
    [
      'a function that hides its name',
      Object.defineProperty(() => 1, 'name', { get: throws }),
      '[function [unreadable]]',
    ],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a surrogate pair', 'a😀b', 'a😀b'],
    ['NUL', 'a\0b', 'a\0b'],
  ])('%s', (_what, input, expected) => {
    expect(keep(input)).toBe(expected);
    expect(keep([input])).toEqual([expected]);
  });

  it('-0 is 0', () => {
    expect(Object.is(keep(-0), 0)).toBe(true);
  });

  it('undefined and functions are no members, as in JSON', () => {
    expect(keep({ a: undefined, b: () => 1, c: Symbol('s'), d: 1 })).toEqual({ c: 's', d: 1 });
  });
});

describe('built-in objects', () => {
  const ipsum = Buffer.from('lorem ipsum');
  it.each<[string, unknown, unknown]>([
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(NaN), 'invalid date'],
    ['a date of another realm', runInNewContext('new Date(0)'), '1970-01-01T00:00:00.000Z'],
    [
      'a map with names',
      new Map<string, unknown>([
        ['a', 1],
        ['b', new Map([['c', 2]])],
      ]),
      { a: 1, b: { c: 2 } },
    ],
    [
      'a map with other keys',
      new Map<unknown, unknown>([
        [1, 'a'],
        [{ k: 1 }, 'b'],
      ]),
      [
        [1, 'a'],
        [{ k: 1 }, 'b'],
      ],
    ],
    ['a set', new Set(['a', 1]), ['a', 1]],
    ['a buffer', ipsum, `[binary 11 bytes sha256:${sha256(ipsum)}]`],
    ['a typed array', new Uint16Array([1, 2]), `[binary 4 bytes sha256:${sha256(new Uint8Array([1, 0, 2, 0]))}]`],
    ['a data view', new DataView(new ArrayBuffer(2)), `[binary 2 bytes sha256:${sha256(new Uint8Array(2))}]`],
    ['an array buffer', new ArrayBuffer(2), `[binary 2 bytes sha256:${sha256(new Uint8Array(2))}]`],
    ['a shared array buffer', new SharedArrayBuffer(2), `[binary 2 bytes sha256:${sha256(new Uint8Array(2))}]`],
    ['a readable stream', Readable.from(['x']), '[stream]'],
    ['a duplex stream', new PassThrough(), '[stream]'],
    ['a web stream', new ReadableStream(), '[stream]'],
    ['a promise', Promise.resolve('x'), '[promise]'],
    ['a query builder', Object.defineProperty(new (class Query {})(), THEN, { value: () => 1 }), '[promise]'],
    ['a regular expression', /a+/g, '/a+/g'],
    ['a URL', new URL('https://example.org/a?b=1'), 'https://example.org/a?b=1'],
    ['query parameters', new URLSearchParams({ a: '1' }), 'a=1'],
    [
      'boxed primitives',
      [Object('s'), Object(1), Object(true), Object(1n), Object(Symbol('m'))],
      ['s', 1, true, '1', 'm'],
    ],
    ['an object without prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    [
      'an instance',
      new (class Point {
        x = 1;
        #y = 2;
        get z(): number {
          return this.#y;
        }
      })(),
      { x: 1 },
    ],
    ['an array with holes', Object.assign([1], { 2: 3 }), [1, null, 3]],
    ['an object of another realm', runInNewContext('({ a: [1, { b: 2 }] })'), { a: [1, { b: 2 }] }],
  ])('%s', (_what, input, expected) => {
    expect(keep(input)).toEqual(expected);
    expect(keep({ member: input })).toEqual({ member: expected });
  });
});

describe('errors', () => {
  it('keep type, code, message and causes, never the stack', () => {
    class PaymentRefused extends Error {
      readonly code = 'E_REFUSED';
    }
    const error = new PaymentRefused('no funds', { cause: new TypeError('x is undefined') });
    expect(keep(error)).toEqual({
      type: 'PaymentRefused',
      code: 'E_REFUSED',
      message: 'no funds',
      cause: { type: 'TypeError', message: 'x is undefined' },
    });
  });

  it('prefer a name that was given', () => {
    expect(keep(Object.assign(new Error('m'), { name: 'AbortError', code: 20 }))).toEqual({
      type: 'AbortError',
      code: '20',
      message: 'm',
    });
  });

  it('end when they cause themselves', () => {
    const error = new Error('m');
    error.cause = error;
    expect(keep(error)).toEqual({ type: 'Error', message: 'm', cause: '[circular]' });
  });

  it('do not bring along what clients attach to them', () => {
    const error = Object.assign(new Error('m'), {
      config: { headers: { authorization: 'x' } },
      toJSON: () => ({ leaked: 1 }),
    });
    expect(keep(error)).toEqual({ type: 'Error', message: 'm' });
  });
});

describe('toJSON', () => {
  const withToJson = (toJSON: unknown): object =>
    Object.assign(
      new (class {
        a = 1;
      })(),
      { toJSON },
    );

  it.each<[string, unknown, unknown]>([
    ['speaks for the object', () => ({ b: 2 }), { b: 2 }],
    ['may give a scalar', () => 'text', 'text'],
    ['may give null', () => null, null],
    ['may give a date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
    ['that throws is passed over', throws, { a: 1 }],
    ['that gives nothing is passed over', () => undefined, { a: 1 }],
    ['that gives a function is passed over', () => throws, { a: 1 }],
    ['that is no function is a member', 'x', { a: 1, toJSON: 'x' }],
  ])('%s', (_what, toJSON, expected) => {
    expect(keep(withToJson(toJSON))).toEqual(expected);
  });

  it('that gives its own object back is asked once', () => {
    const self = { a: 1, toJSON: () => self };
    expect(keep(self)).toEqual({ a: 1 });
  });
});

describe('hostile objects', () => {
  const everyTrap = (): object =>
    new Proxy(
      {},
      Object.fromEntries(
        Reflect.ownKeys(Reflect)
          .filter((trap) => typeof trap === 'string')
          .map((trap) => [trap, throws]),
      ),
    );
  const revoked = (): object => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  };

  it.each<[string, unknown, unknown]>([
    [
      'a getter that throws',
      {
        get a() {
          return throws();
        },
        b: 1,
      },
      { a: '[unreadable]', b: 1 },
    ],
    ['a proxy that throws from every trap', everyTrap(), '[unreadable]'],
    ['a revoked proxy', revoked(), '[unreadable]'],
    ['a proxy that hides its keys', new Proxy({}, { ownKeys: throws }), '[unreadable]'],
    [
      'a proxy of an array that lies about its length',
      new Proxy([1], { get: (_target, key) => (key === 'length' ? -5 : 1) }),
      [],
    ],
    ['a forged date', Object.create(Date.prototype), {}],
    ['a forged map', Object.create(Map.prototype), {}],
    ['a well-behaved proxy', new Proxy({ a: 1 }, {}), { a: 1 }],
  ])('%s', (_what, input, expected) => {
    expect(keep(input)).toEqual(expected);
    expect(keep([input])).toEqual([expected]);
  });

  it('cycles end', () => {
    const input: Record<string, unknown> = { a: 1 };
    input['self'] = input;
    input['list'] = [input, { up: input }];
    expect(keep(input)).toEqual({ a: 1, self: '[circular]', list: ['[circular]', { up: '[circular]' }] });
  });

  it('what is only shared is no cycle', () => {
    const shared = { a: 1 };
    expect(keep([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('keeps a __proto__ member without touching any prototype', () => {
    const output = keep(JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":2}}')) as object;
    expect(JSON.stringify(output)).toBe('{"__proto__":{"polluted":1},"a":{"__proto__":2}}');
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(JSON.stringify(keep(new Map([['__proto__', 1]])))).toBe('{"__proto__":1}');
  });
});
