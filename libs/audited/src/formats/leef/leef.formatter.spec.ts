import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { LEEF_PREDEFINED, parseLeef } from '../../testing/formats/reading/leef.parser.js';
import { LEEF_EVENT_TYPES } from './leef-event-types.js';
import { leefFormatter, type LeefFormatOptions } from './leef.formatter.js';
import { LEEF_KEYS, LEEF_UNUSED_KEYS } from './leef-keys.js';

const [[, FULL]] = GOLDEN_RECORDS as [(typeof GOLDEN_RECORDS)[number]];

function aRecord(facts: Partial<AuditEvent>): AuditRecord {
  return { ...FULL, event: { ...FULL.event, ...facts } };
}

function attributesOf(facts: Partial<AuditEvent>, options: LeefFormatOptions = {}): Record<string, string> {
  return Object.fromEntries(parseLeef(leefFormatter(options).format(aRecord(facts))).attributes);
}

describe('The header', () => {
  const product = { vendor: 'Acme', name: 'Audit Kit', version: '1.0' };

  it.each([
    [{}, 'LEEF:2.0|Acme|Audit Kit|1.0|deploy.completed|x09|cat=success\tdevTime='],
    [{ version: '1.0' }, 'LEEF:1.0|Acme|Audit Kit|1.0|deploy.completed|cat=success\tdevTime='],
    [{ delimiter: '^' }, 'LEEF:2.0|Acme|Audit Kit|1.0|deploy.completed|^|cat=success^devTime='],
    [{ delimiter: 'x5E' }, 'LEEF:2.0|Acme|Audit Kit|1.0|deploy.completed|x5E|cat=success^devTime='],
    [{ delimiter: '0x5e' }, 'LEEF:2.0|Acme|Audit Kit|1.0|deploy.completed|0x5e|cat=success^devTime='],
    [{ delimiter: '\t' }, 'LEEF:2.0|Acme|Audit Kit|1.0|deploy.completed|x09|cat=success\tdevTime='],
    [{ delimiter: 'xA6' }, 'LEEF:2.0|Acme|Audit Kit|1.0|deploy.completed|xA6|cat=success¦devTime='],
  ] as const)('with %j begins %j', (options, start) => {
    expect(
      leefFormatter({ product, ...options })
        .format(FULL)
        .slice(0, start.length),
    ).toBe(start);
  });

  it('has a space for a pipe, which LEEF cannot escape', () => {
    const formatter = leefFormatter({ product: { vendor: 'Ac|me', name: '|Kit|', version: '1\n0' } });
    expect(parseLeef(formatter.format(FULL)).header).toEqual(['Ac me', 'Kit', '1 0', 'deploy.completed']);
  });

  it('holds an EventID of at most 255 bytes', () => {
    const idOf = (type: string): string | undefined => parseLeef(leefFormatter().format(aRecord({ type }))).header[3];
    expect(idOf('x'.repeat(255))).toHaveLength(255);
    expect(idOf('x'.repeat(256))).toHaveLength(255);
    expect(idOf('a|b c')).toBe('a_b_c');
  });
});

describe('A value', () => {
  it.each([
    ['control characters and line ends', 'a\tb\r\nc\u0000d\u2028e', 'a b c d e'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['white space around it', ' \t a  b \n', 'a  b'],
    ['backslash and pipe, which stay', 'a\\n|b', 'a\\n|b'],
    ['an equals sign that no key precedes', 'CN=Bob,OU=Sales q83vEjRWeJA=', 'CN=Bob,OU=Sales q83vEjRWeJA='],
    ['a key of IBM', 'role=admin', 'role admin'],
    ['a key of IBM that nothing fills', 'x dst=10.0.0.1', 'x dst 10.0.0.1'],
    ['a key of ours', 'x hash=0', 'x hash 0'],
    ['what ends in a key', 'xusrName==', 'xusrName ='],
    ['a key in other letters', 'ROLE=admin', 'ROLE admin'],
    ['a forged line', 'LEEF:2.0|a|b|c|d|^|src=1.2.3.4', 'LEEF:2.0|a|b|c|d|^|src 1.2.3.4'],
  ])('is written without %s', (_what, action, written) => {
    expect(leefFormatter().format(aRecord({ action }))).toContain(`\taction=${written}\t`);
  });

  it('has a space for the delimiter', () => {
    expect(attributesOf({ action: 'a^b\tc' }, { delimiter: '^' })).toMatchObject({ action: 'a b c' });
    expect(attributesOf({ action: 'a¦b' }, { delimiter: '0xA6' })).toMatchObject({ action: 'a b' });
  });

  it('that is JSON is the same JSON, with escapes for the delimiter and the equals sign', () => {
    const details = { a: 'role=admin^x' };
    const { details: written } = attributesOf({ details }, { delimiter: '^' });
    expect(written).toBe(String.raw`{"a":"role\u003dadmin\u005ex"}`);
    expect(JSON.parse(written as string)).toEqual(details);
  });

  it.each(['', ' ', '\n', '\u0000'])('that would be empty is left out with its key: %j', (reason) => {
    expect(attributesOf({ reason })).not.toHaveProperty('reason');
  });

  it.each([
    ['usrName', 255],
    ['action', 1023],
    ['host', 255],
  ])('of %s ends after %i bytes', (key, bytes) => {
    const valueOf = (text: string): string | undefined =>
      attributesOf({ action: text, actor: { kind: 'user', email: text }, origin: { host: text } })[key];
    expect(valueOf('x'.repeat(bytes - 1))).toBe('x'.repeat(bytes - 1));
    expect(valueOf('x'.repeat(bytes))).toBe('x'.repeat(bytes));
    expect(valueOf('x'.repeat(bytes + 1))).toBe('x'.repeat(bytes));
    expect(valueOf(`${'x'.repeat(bytes - 1)}é`)).toBe('x'.repeat(bytes - 1));
  });
});

describe('Attributes', () => {
  it.each([
    ['1970-01-01T00:00:00.000Z', '0000000000000'],
    ['2026-11-02T03:04:05.121Z', '1793588645121'],
    ['2286-11-20T17:46:39.999Z', '9999999999999'],
    ['2286-11-20T17:46:40.000Z', undefined],
    ['1969-12-31T23:59:59.999Z', undefined],
  ])('show the time %s as %s, always of 13 digits', (occurredAt, devTime) => {
    expect(attributesOf({ occurredAt })['devTime']).toBe(devTime);
  });

  it.each([
    ['debug', '1'],
    ['info', '3'],
    ['warning', '6'],
    ['error', '8'],
    ['critical', '10'],
  ] as const)('show the severity %s as %s', (severity, sev) => {
    expect(attributesOf({ severity })).toMatchObject({ sev });
  });

  it.each([
    [{ email: 'a@example.com', name: 'A', id: 'u' }, 'a@example.com'],
    [{ name: 'A', id: 'u' }, 'A'],
    [{ id: 'u' }, 'u'],
    [{}, undefined],
  ])('name the user of %j %s', (actor, usrName) => {
    expect(attributesOf({ actor: { kind: 'user', ...actor } })['usrName']).toBe(usrName);
  });

  it('tie the user to the address only when the user logged in', () => {
    const actor = { kind: 'user', id: 'u', ip: '2001:db8::1' } as const;
    expect(attributesOf({ type: 'auth.login', actor })).toMatchObject({ src: '2001:db8::1', identSrc: '2001:db8::1' });
    expect(attributesOf({ type: 'auth.login', outcome: 'failure', actor })).not.toHaveProperty('identSrc');
    expect(attributesOf({ type: 'deploy.completed', actor })).not.toHaveProperty('identSrc');
    expect(attributesOf({ type: 'auth.login', actor: { ...actor, kind: 'service' } })).not.toHaveProperty('identSrc');
    expect(attributesOf({ type: 'auth.login', actor: { ...actor, ip: 'unknown' } })).not.toHaveProperty('identSrc');
  });

  it('tell log-ins and log-outs', () => {
    expect(attributesOf({ type: 'auth.failed' })).toMatchObject({ isLoginEvent: 'true' });
    expect(attributesOf({ type: 'session_logout' })).toMatchObject({ isLogoutEvent: 'true' });
    expect(attributesOf({ type: 'toString' })).not.toHaveProperty('isLoginEvent');
  });

  it('carry the seal', () => {
    const { hash, previousHash, chain } = FULL.seal;
    expect(attributesOf({})).toMatchObject({ hash, previousHash, chain, position: '1' });
  });
});

describe('The tables', () => {
  it('know every attribute of IBM, used or not', () => {
    const used = LEEF_KEYS.filter(({ defined }) => defined === 'IBM').map(({ key }) => key);
    expect([...used, ...LEEF_UNUSED_KEYS].toSorted()).toEqual(LEEF_PREDEFINED.toSorted());
  });

  it('have keys of one word, each once, of which none of ours ends another one', () => {
    const keys = [...LEEF_KEYS.map(({ key }) => key), ...LEEF_UNUSED_KEYS];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !/^[A-Za-z0-9]+$/.test(key))).toEqual([]);
    expect(keys.filter((key) => keys.some((other) => other !== key && key.endsWith(other)))).toEqual([]);
  });

  it('cannot be changed', () => {
    expect([LEEF_KEYS, LEEF_EVENT_TYPES, ...LEEF_KEYS].every((table) => Object.isFrozen(table))).toBe(true);
  });
});

describe('Options', () => {
  it.each([
    'a',
    '7',
    ' ',
    '|',
    '=',
    '\\',
    '/',
    '.',
    ':',
    ',',
    '"',
    '-',
    '_',
    '@',
    '{',
    '',
    '^^',
    'é',
    '😀',
    '\n',
    '\u0000',
  ])('refuse the delimiter %j', (delimiter) => {
    expect(() => leefFormatter({ delimiter })).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option: 'delimiter' }),
    );
  });

  it.each(['x7C', 'x3D', 'x0A', 'x41', 'x20', 'xD800', 'x', 'x12345', 'xZZ', '5E', 94, null, ['^']])(
    'refuse the number %j',
    (delimiter) => {
      expect(() => leefFormatter({ delimiter } as never)).toThrow(
        expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option: 'delimiter' }),
      );
    },
  );

  it.each(['^', '~', ';', '#', '§', 'x9', 'x09', 'x0009', '0x5E', 'x00a6'])('take the delimiter %j', (delimiter) => {
    expect(parseLeef(leefFormatter({ delimiter }).format(FULL)).attributes.get('cat')).toBe('success');
  });

  it('refuse a delimiter for version 1.0, which has none', () => {
    expect(() => leefFormatter({ version: '1.0', delimiter: '^' })).toThrow(/"delimiter" has no place in LEEF 1\.0/);
  });

  it.each([2, '3.0', null])('refuse the version %j', (version) => {
    expect(() => leefFormatter({ version } as never)).toThrow(/^Audit option "version" is .* 1\.0, 2\.0\.$/);
  });

  it('refuse a product of nothing but pipes', () => {
    expect(() => leefFormatter({ product: { name: ' || ' } })).toThrow(/^Audit option "product.name" holds no visible/);
  });
});
