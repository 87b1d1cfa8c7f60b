import { createHash } from 'node:crypto';
import type { RedactionLimits } from './redaction.options.js';
import { Redactor, type RedactionFindings } from './redactor.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const keep = (
  input: unknown,
  limits: Partial<RedactionLimits> = {},
): { output: unknown; findings: RedactionFindings } => {
  const findings: RedactionFindings = { truncated: [], redacted: [] };
  return { output: new Redactor({ limits }).value(input, '/details', findings), findings };
};
const nested = (levels: number): unknown => {
  let value: unknown = 'core';
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
};
const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('texts', () => {
  it('are cut at a whole character, with size and hash of the original', () => {
    const text = '😀'.repeat(100);
    expect(keep({ text }, { maxStringBytes: 10 })).toEqual({
      output: { text: '😀😀' },
      findings: { redacted: [], truncated: [{ path: '/details/text', bytes: 400, sha256: sha256(text) }] },
    });
  });

  it('of exactly the limit stay', () => {
    expect(keep('é'.repeat(5), { maxStringBytes: 10 })).toMatchObject({
      output: 'é'.repeat(5),
      findings: { truncated: [] },
    });
  });

  it('keep their size and hash at 10 MB', () => {
    const text = 'lorem ipsum '.repeat(900_000);
    expect(keep(text).findings.truncated).toEqual([{ path: '/details', bytes: text.length, sha256: sha256(text) }]);
  });

  it('are never cut through a secret', () => {
    const card = '4111 1111 1111 1111';
    for (let before = 40; before < 80; before += 1) {
      const text = `${'x'.repeat(before)} ${card} ${'y'.repeat(9000)}`;
      const { output, findings } = keep(text, { maxStringBytes: 64 });
      expect(output).not.toContain('4111');
      expect(findings.truncated).toEqual([
        { path: '/details', bytes: text.length, sha256: sha256(text.replace(card, '[redacted]')) },
      ]);
    }
  });

  it('whose replacements are longer than their secrets stay within the limit', () => {
    const { output, findings } = keep('pin=1&'.repeat(100), { maxStringBytes: 600 });
    expect(Buffer.byteLength(output as string)).toBeLessThanOrEqual(600);
    expect(findings.truncated).toMatchObject([{ bytes: 600 }]);
  });
});

describe('subtrees', () => {
  it('too deep are marked, with size and hash of their canonical JSON', () => {
    expect(keep({ a: { z: 1, b: { d: [1, 'é'], c: -0 } } }, { maxDepth: 2 })).toEqual({
      output: { a: { z: 1, b: '[truncated]' } },
      findings: {
        redacted: [],
        truncated: [{ path: '/details/a/b', bytes: 20, sha256: sha256('{"c":0,"d":[1,"é"]}') }],
      },
    });
  });

  it('with too many keys or items keep the first ones', () => {
    const { output, findings } = keep({ o: { b: 1, a: 2, c: 3 }, l: [1, 2, 3] }, { maxKeys: 2, maxItems: 2 });
    expect(output).toEqual({ o: { b: 1, a: 2 }, l: [1, 2] });
    expect(findings.truncated).toEqual([
      { path: '/details/o', bytes: 19, sha256: sha256('{"a":2,"b":1,"c":3}') },
      { path: '/details/l', bytes: 7, sha256: sha256('[1,2,3]') },
    ]);
  });

  it('beyond the total size are marked, and small siblings of a huge one stay', () => {
    const huge = Array.from({ length: 200 }, (_, at) => `item ${at}`);
    const { output, findings } = keep({ huge, evil: 'rm -rf /', more: { x: 1 } }, { maxValueBytes: 300 });
    expect(output).toMatchObject({ evil: 'rm -rf /' });
    expect(size(output)).toBeLessThanOrEqual(300);
    expect(findings.truncated[0]).toEqual({
      path: '/details/huge',
      bytes: size(huge),
      sha256: sha256(JSON.stringify(huge)),
    });
  });

  it('without any room are marked as a whole', () => {
    expect(keep({ a: 1 }, { maxValueBytes: 3 })).toEqual({
      output: '[truncated]',
      findings: { redacted: [], truncated: [{ path: '/details', bytes: 7, sha256: sha256('{"a":1}') }] },
    });
    expect(keep({ a: { aaaaaaaaaaaaaaaaaaaa: 1 } }, { maxValueBytes: 20 }).output).toEqual({ a: '[truncated]' });
  });

  it('never exceed the total size', () => {
    for (const input of [
      Array.from({ length: 256 }, () => 'x'.repeat(9000)),
      Array.from({ length: 256 }, () => Array.from({ length: 256 }, () => ({}))),
    ]) {
      const { output } = keep(input);
      expect(size(output)).toBeLessThanOrEqual(65_536 + 16);
    }
  });

  it('have no secret in what is hashed', () => {
    const deep = (pin: string): unknown => ({
      a: { b: { pin, note: `password=${pin}`, card: 4111111111111111, AKIAIOSFODNN7EXAMPLE: 1 } },
    });
    const first = keep(deep('1234'), { maxDepth: 2 }).findings.truncated;
    expect(first).toEqual(keep(deep('9999'), { maxDepth: 2 }).findings.truncated);
    expect(first[0]?.sha256).toBe(
      sha256('{"[redacted]":1,"card":"[redacted]","note":"password=[redacted]","pin":"[redacted]"}'),
    );
  });

  it('respect own path patterns in what is hashed', () => {
    const findings: RedactionFindings = { truncated: [], redacted: [] };
    const redactor = new Redactor({
      paths: ['details.a.b.*.iban'],
      keep: ['details.a.b.*.pin'],
      limits: { maxDepth: 2 },
    });
    redactor.value({ a: { b: [{ iban: 'i', pin: 1 }] } }, '/details', findings);
    expect(findings.truncated[0]?.sha256).toBe(sha256('[{"iban":"[redacted]","pin":1}]'));
  });

  it('hash what JSON does not carry as it is kept', () => {
    const cycle: Record<string, unknown> = {
      n: NaN,
      u: undefined,
      f: () => 1,
      l: [undefined, () => 1],
      d: new Date(0),
      t: true,
      x: null,
      big: 1n,
    };
    cycle['self'] = cycle;
    const unreadable = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const { findings } = keep({ a: { b: { cycle, unreadable } } }, { maxDepth: 2 });
    expect(findings.truncated[0]?.sha256).toBe(
      sha256(
        '{"cycle":{"big":"1","d":"1970-01-01T00:00:00.000Z","l":[null,"[function]"],"n":"NaN","self":"[circular]","t":true,"x":null},"unreadable":"[unreadable]"}',
      ),
    );
  });

  it('are listed up to a bound, then counted', () => {
    const { findings } = keep(
      Array.from({ length: 100 }, (_, at) => ['x'.repeat(50 + at), [[]]]),
      { maxStringBytes: 10, maxDepth: 2 },
    );
    expect(findings.truncated).toHaveLength(65);
    expect(findings.truncated.at(-1)).toMatchObject({ path: '…and 136 more' });
  });
});

describe('extreme shapes', () => {
  it.each([1000, 100_000])('%i levels do not exhaust the stack', (levels) => {
    const { output, findings } = keep(nested(levels));
    expect(JSON.stringify(output)).toBe(`${'{"a":'.repeat(16)}"[truncated]"${'}'.repeat(16)}`);
    const rest = levels - 16;
    expect(findings.truncated).toEqual([
      {
        path: `/details${'/a'.repeat(16)}`,
        bytes: rest * 6 + 6,
        sha256: sha256(`${'{"a":'.repeat(rest)}"core"${'}'.repeat(rest)}`),
      },
    ]);
  });

  it('100 000 keys are cut with size and hash', () => {
    const input = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, at) => [`key${String(at).padStart(6, '0')}`, at]),
    );
    const { output, findings } = keep(input);
    expect(Object.keys(output as object)).toHaveLength(256);
    expect(findings.truncated).toEqual([
      { path: '/details', bytes: size(input), sha256: sha256(JSON.stringify(input)) },
    ]);
  });

  it('an endless array has a size and no hash', () => {
    const { output, findings } = keep(Object.assign([], { length: 2 ** 32 - 1 }));
    expect(output).toHaveLength(256);
    expect(findings.truncated[0]?.sha256).toBeUndefined();
    expect(findings.truncated[0]?.bytes).toBeGreaterThan(100_000);
  });

  it('a name of 1 MB is cut and named', () => {
    const { output, findings } = keep({ ['k'.repeat(1_000_000)]: 1, ['k'.repeat(999_999)]: 2 });
    expect(Object.values(output as object)).toEqual([1, 2]);
    expect(size(output)).toBeLessThan(2200);
    expect(findings.truncated.map(({ bytes }) => bytes)).toEqual([1_000_000, 999_999]);
  });

  it('a value shared a million times over ends', () => {
    let value: unknown = ['leaf'];
    for (let level = 0; level < 60; level += 1) value = [value, value, value];
    expect(size(keep(value).output)).toBeLessThanOrEqual(65_536 + 16);
  });

  it('a huge map referred to many times is not copied each time', () => {
    const map = new Map(Array.from({ length: 150_000 }, (_, at) => [at, at]));
    const { output } = keep(Array.from({ length: 200 }, () => map));
    expect(JSON.stringify(output)).toContain('[map of 150000]');
  });

  it('a toJSON that unfolds for ever ends', () => {
    const endless = (): object => ({ toJSON: () => ({ next: endless() }) });
    const { output, findings } = keep(endless());
    expect(JSON.stringify(output)).toMatch(/^(\{"next":){16}"\[truncated\]"\}{16}$/);
    expect(findings.truncated[0]?.sha256).toBeUndefined();
  });

  it('a huge buffer has its size', () => {
    expect(keep(Buffer.alloc(40 * 1024 * 1024)).output).toBe('[binary 41943040 bytes]');
  });
});
