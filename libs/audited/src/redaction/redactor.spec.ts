import type { RedactionOptions } from './redaction.options.js';
import { Redactor, type RedactionFindings } from './redactor.js';

const noFindings = (): RedactionFindings => ({ truncated: [], redacted: [] });
const redact = (
  input: unknown,
  options: RedactionOptions = {},
  pointer = '/details',
): { output: unknown; redacted: string[] } => {
  const findings = noFindings();
  return { output: new Redactor(options).value(input, pointer, findings), redacted: findings.redacted };
};

describe('secrets by key', () => {
  it('are replaced whole and named', () => {
    const input = { user: 'ann', password: 'x', nested: { apiKey: { id: 1 }, list: [{ pin: 1234 }] }, tokenCount: 3 };
    expect(redact(input)).toEqual({
      output: {
        user: 'ann',
        password: '[redacted]',
        nested: { apiKey: '[redacted]', list: [{ pin: '[redacted]' }] },
        tokenCount: 3,
      },
      redacted: ['/details/password', '/details/nested/apiKey', '/details/nested/list/0/pin'],
    });
  });

  it('are not read at all', () => {
    let read = 0;
    const nested = {
      get a(): number {
        return (read += 1);
      },
    };
    expect(redact({ secret: nested }).output).toEqual({ secret: '[redacted]' });
    expect(read).toBe(0);
  });

  it('stay when they say only yes, no or nothing', () => {
    expect(redact({ hasPassword: true, password: null, token: undefined, pin: '' })).toEqual({
      output: { hasPassword: true, password: null, pin: '[redacted]' },
      redacted: ['/details/pin'],
    });
  });

  it('are named with an escaped JSON Pointer', () => {
    expect(redact({ 'a/b~c': { password: 'x' } }).redacted).toEqual(['/details/a~1b~0c/password']);
  });

  it('are found in maps, instances and behind toJSON', () => {
    const output = redact([
      new Map([['token', 'x']]),
      new (class {
        passwd = 'x';
      })(),
      { toJSON: () => ({ otp: 'x' }) },
    ]).output;
    expect(output).toEqual([{ token: '[redacted]' }, { passwd: '[redacted]' }, { otp: '[redacted]' }]);
  });
});

describe('own patterns', () => {
  const input = {
    card: { number: 'n', holder: 'ann' },
    bank: { iban: 'i' },
    IBAN: 'i',
    items: [{ pin: 1, code: 2 }],
    note: 'x',
  };

  it.each<[string, string[]]>([
    ['note', ['/details/note', '/details/items/0/pin']],
    ['details.card.number', ['/details/card/number', '/details/items/0/pin']],
    ['*.card.*', ['/details/card/number', '/details/card/holder', '/details/items/0/pin']],
    ['**.iban', ['/details/bank/iban', '/details/IBAN', '/details/items/0/pin']],
    ['iban', ['/details/bank/iban', '/details/IBAN', '/details/items/0/pin']],
    ['details.items.*', ['/details/items/0']],
    ['details.items.0.code', ['/details/items/0/pin', '/details/items/0/code']],
    ['changes.**', ['/details/items/0/pin']],
  ])('%s', (pattern, redacted) => {
    const found = redact(input, { paths: [pattern] }).redacted;
    expect([...found].sort()).toEqual([...redacted].sort());
  });

  it('have exceptions', () => {
    expect(redact(input, { keep: ['pin'] }).redacted).toEqual([]);
    expect(redact(input, { keep: ['details.items.*.pin'] }).redacted).toEqual([]);
    expect(redact(input, { paths: ['**.code'], keep: ['pin', '**.code'] }).redacted).toEqual([]);
    expect(redact(input, { paths: ['details.card.*'], keep: ['holder', 'pin'] }).redacted).toEqual([
      '/details/card/number',
    ]);
  });

  it('do not except what is secret by its form', () => {
    expect(redact({ pin: 'Bearer s3cr3t' }, { keep: ['pin'] }).output).toEqual({ pin: 'Bearer [redacted]' });
  });

  it('reach the value they are called with, and what stands in texts', () => {
    expect(redact('x', { paths: ['changes.*.before'] }, '/changes/0/before').output).toBe('[redacted]');
    expect(redact('x', {}, '/details/password').output).toBe('[redacted]');
    expect(redact('iban=DE1', { paths: ['iban'] }).output).toBe('iban=[redacted]');
    expect(redact('pin=1234', { keep: ['pin'] }).output).toBe('pin=1234');
  });

  it('answer for names that are no keys', () => {
    const redactor = new Redactor({ paths: ['iban'] });
    expect(['iban', 'userPassword', 'status'].map((name) => redactor.isSecretName(name))).toEqual([true, true, false]);
  });
});

describe('secrets by form', () => {
  it('are hidden in texts, names, errors, symbols and numbers', () => {
    const { output, redacted } = redact({
      note: 'Bearer s3cr3t',
      AKIAIOSFODNN7EXAMPLE: 1,
      error: new Error('login with password=hunter2 failed'),
      mark: Symbol('token=t0k'),
      card: 4111111111111111,
      big: 4111111111111111n,
      at: 1700000000000,
    });
    expect(output).toEqual({
      note: 'Bearer [redacted]',
      '[redacted]': 1,
      error: { type: 'Error', message: 'login with password=[redacted] failed' },
      mark: 'token=[redacted]',
      card: '[redacted]',
      big: '[redacted]',
      at: 1700000000000,
    });
    expect([...redacted].sort()).toEqual([
      '/details/[redacted]',
      '/details/big',
      '/details/card',
      '/details/error/message',
      '/details/mark',
      '/details/note',
    ]);
  });

  it('never make two names one', () => {
    const keys = ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLF', '[redacted]', '[redacted]~2'];
    const { output } = redact(Object.fromEntries(keys.map((key, at) => [key, at])));
    expect(new Set(Object.values(output as object))).toEqual(new Set([0, 1, 2, 3]));
    expect(JSON.stringify(output)).not.toContain('AKIA');
  });

  it('are listed up to a bound, then counted', () => {
    const { redacted } = redact(Array.from({ length: 100 }, () => ({ password: 'x' })));
    expect(redacted).toHaveLength(65);
    expect(redacted.at(-1)).toBe('…and 36 more');
  });
});

describe('a line', () => {
  const line = (
    input: unknown,
    options: RedactionOptions = {},
  ): { text: string | undefined; findings: RedactionFindings } => {
    const findings = noFindings();
    return { text: new Redactor(options).line(input, '/actor/name', findings), findings };
  };

  it.each<[unknown, string | undefined]>([
    [undefined, undefined],
    [null, undefined],
    ['', undefined],
    ['Ann', 'Ann'],
    ['Zoë 😀', 'Zoë 😀'],
    [42, '42'],
    [false, 'false'],
    [10n, '10'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [Object('Ann'), 'Ann'],
    [Object(''), undefined],
    [{ first: 'Ann', pin: 1 }, '{"first":"Ann","pin":"[redacted]"}'],
    ['a\r\nb\tc\0', 'a\\u000d\\u000ab\\u0009c\\u0000'],
    ['\u007f\u0085\u009f', '\\u007f\\u0085\\u009f'],
    ['a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    [
      '\u061c\u200b\u200f\u202a\u202e\u2060\u2064\u2066\u2069\ufeff',
      '\\u061c\\u200b\\u200f\\u202a\\u202e\\u2060\\u2064\\u2066\\u2069\\ufeff',
    ],
    ['\u00a0\u200a\u2010\u202f\u2065\u206a', '\u00a0\u200a\u2010\u202f\u2065\u206a'],
    ['a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['/users/4111111111111111', '/users/[redacted]'],
    ['curl Bearer s3cr3t', 'curl Bearer [redacted]'],
    ['Bearer\ts3cr3t', 'Bearer\\u0009[redacted]'],
  ])('%j becomes %j', (input, expected) => {
    expect(line(input).text).toBe(expected);
    expect(line(input).findings.truncated).toEqual([]);
  });

  it('is hidden whole where an own pattern says so', () => {
    expect(line('Ann', { paths: ['actor.name'] })).toEqual({
      text: '[redacted]',
      findings: { truncated: [], redacted: ['/actor/name'] },
    });
    expect(line('Ann', { paths: ['name'] }).text).toBe('[redacted]');
  });

  it('is cut at a whole character, with size and hash of the original', () => {
    const { text, findings } = line('é'.repeat(1000), { limits: { maxLineBytes: 101 } });
    expect(text).toBe('é'.repeat(50));
    expect(findings.truncated).toEqual([
      { path: '/actor/name', bytes: 2000, sha256: '75628d88c411e2c7a3e1cbb3f0eb5498e51455875142fedd62677987cdecf107' },
    ]);
  });

  it('is cut where its visible form is too long', () => {
    const { text, findings } = line('\n'.repeat(1000));
    expect(Buffer.byteLength(text ?? '')).toBeLessThanOrEqual(1024);
    expect(findings.truncated).toMatchObject([{ path: '/actor/name', bytes: 1000 }]);
  });

  it('never throws', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(line(hostile).text).toBe('{}');
    expect(line(() => 1).text).toBe('[function]');
  });
});

describe('where even noting a finding fails', () => {
  const full: RedactionFindings = { truncated: Object.freeze([]) as never, redacted: Object.freeze([]) as never };

  it('nothing is thrown and nothing leaks', () => {
    expect(new Redactor().value({ password: 'hunter2' }, '/details', full)).toBe('[unreadable]');
    expect(new Redactor().line('password=hunter2', '/reason', full)).toBe('[unreadable]');
  });
});
