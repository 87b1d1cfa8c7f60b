import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { parseCef } from '../../testing/formats/reading/cef.parser.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { cefFormatter, type CefFormatOptions } from './cef.formatter.js';
import { CEF_KEYS } from './cef-keys.js';

const [[, FULL]] = GOLDEN_RECORDS as [(typeof GOLDEN_RECORDS)[number]];

function aRecord(facts: Partial<AuditEvent>): AuditRecord {
  return { ...FULL, event: { ...FULL.event, ...facts } };
}

function extensionOf(facts: Partial<AuditEvent>, options: CefFormatOptions = {}): Record<string, string> {
  return Object.fromEntries(parseCef(cefFormatter(options).format(aRecord(facts))).extension);
}

describe('The header', () => {
  it('escapes backslash and pipe, and not the equals sign', () => {
    const formatter = cefFormatter({
      product: { vendor: 'Acme|Co', name: String.raw`Audit\Kit`, version: '1.0' },
      catalogues: [{ name: 'users', types: { 'user.login': { title: 'Login | step=1' } } }],
    });
    const line = formatter.format(
      aRecord({ type: 'user.login', action: 'a=b\\c|d\nline2', actor: { kind: 'user', email: 'zoë@example.com' } }),
    );
    expect(line).toMatch(/^CEF:0\|Acme\\\|Co\|Audit\\\\Kit\|1\.0\|user\.login\|Login \\\| step=1\|3\|rt=/);
    expect(line).toContain(String.raw` msg=a\=b\\c|d\nline2 `);
    expect(line).toContain(' suser=zoë@example.com ');
  });

  it.each([
    ['debug', '1'],
    ['info', '3'],
    ['warning', '6'],
    ['error', '8'],
    ['critical', '10'],
  ] as const)('shows the severity %s as %s', (severity, number) => {
    expect(parseCef(cefFormatter().format(aRecord({ severity }))).header[5]).toBe(number);
  });

  it('names the type, not the action', () => {
    const { header } = parseCef(cefFormatter().format(aRecord({ type: 'auth.login', action: 'Bob logged in' })));
    expect(header.slice(3, 5)).toEqual(['auth.login', 'Logged in']);
  });

  it('calls a type that is no word by its identifier', () => {
    const { header } = parseCef(cefFormatter().format(aRecord({ type: ' \n' })));
    expect(header.slice(3, 5)).toEqual(['__', '__']);
  });

  it('cuts a title after 512 bytes', () => {
    const title = `${'x'.repeat(511)}éé`;
    const formatter = cefFormatter({ catalogues: [{ name: 'x', types: { 'x.y': { title } } }] });
    expect(parseCef(formatter.format(aRecord({ type: 'x.y' }))).header[4]).toBe('x'.repeat(511));
  });
});

describe('The extension', () => {
  it.each([
    ['backslash', 'a\\b', String.raw`a\\b`],
    ['equals sign', 'a=b', String.raw`a\=b`],
    ['backslash before an equals sign', 'a\\=b', String.raw`a\\\=b`],
    ['line ends', 'a\r\nb\nc\rd', String.raw`a\r\nb\nc\rd`],
    ['what looks like a line end', String.raw`a\nb`, String.raw`a\\nb`],
    ['pipe and quotes, which stay', `a|b"c'd`, `a|b"c'd`],
    ['other control characters', 'a\tb\u0000c\u0085d\u2028e', 'a b c d e'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['white space around it', ' \n a  b \t', 'a  b'],
    ['a forged key', 'x suser=root', String.raw`x suser\=root`],
  ])('writes %s', (_what, action, written) => {
    expect(cefFormatter().format(aRecord({ action }))).toContain(` msg=${written} src=`);
  });

  it.each(['', ' ', '\n', '\u0000'])('leaves out a key whose value would be empty: %j', (reason) => {
    expect(extensionOf({ reason })).not.toHaveProperty('reason');
  });

  // The numbers of the standard's dictionary, not those of the table that is tested.
  it.each([
    ['externalId', 40],
    ['act', 63],
    ['msg', 1_023],
    ['suser', 1_023],
    ['dvchost', 100],
    ['deviceExternalId', 255],
    ['cs2', 4_000],
  ])('cuts %s after %i bytes, before it escapes', (key, bytes) => {
    const valueOf = (text: string): string | undefined =>
      extensionOf({
        id: text,
        type: text,
        action: text,
        actor: { kind: 'user', email: text },
        resource: { type: 'x', id: text },
        origin: { host: text, instanceId: text },
      })[key];
    expect(valueOf('='.repeat(bytes - 1))).toBe('='.repeat(bytes - 1));
    expect(valueOf('='.repeat(bytes))).toBe('='.repeat(bytes));
    expect(valueOf('='.repeat(bytes + 1))).toBe('='.repeat(bytes));
    expect(valueOf(`${'x'.repeat(bytes - 1)}é`)).toBe('x'.repeat(bytes - 1));
    expect(valueOf(`${'x'.repeat(bytes - 1)} x`)).toBe('x'.repeat(bytes - 1));
  });

  it.each([
    ['203.0.113.7', { src: '203.0.113.7' }],
    ['::ffff:203.0.113.7', { src: '203.0.113.7' }],
    ['2001:db8::1', { c6a2: '2001:db8::1', c6a2Label: 'Source IPv6 Address' }],
    ['fe80::1%eth0', { c6a2: 'fe80::1', c6a2Label: 'Source IPv6 Address' }],
    ['unknown', {}],
    ['127.0.0.1:80', {}],
  ])('puts the client address %s where its version belongs', (ip, expected) => {
    const { src, c6a2, c6a2Label } = extensionOf({ actor: { kind: 'user', ip } });
    expect(JSON.parse(JSON.stringify({ src, c6a2, c6a2Label }))).toEqual(expected);
  });

  it.each([
    ['api-1.example.com', { dvchost: 'api-1.example.com' }],
    ['10.0.0.1', { dvc: '10.0.0.1' }],
    ['2001:db8::1', { c6a1: '2001:db8::1' }],
  ])('puts the host %s where it belongs', (host, expected) => {
    const { dvchost, dvc, c6a1 } = extensionOf({ origin: { host } });
    expect(JSON.parse(JSON.stringify({ dvchost, dvc, c6a1 }))).toEqual(expected);
  });

  it('tells when the record came in, when the action began, and when it ended', () => {
    expect(extensionOf({})).toMatchObject({ rt: '1793588645141', start: '1793588645121', end: '1793588646355' });
  });

  it('gives the reason, and the message of the error where there is no reason', () => {
    expect(extensionOf({ error: { message: 'boom' } })).toMatchObject({ reason: 'scheduled release' });
    const { reason: _reason, ...event } = FULL.event;
    const line = cefFormatter().format({ ...FULL, event: { ...event, error: { message: 'boom' } } });
    expect(parseCef(line).extension.get('reason')).toBe('boom');
  });

  it('carries the seal', () => {
    const { seal } = FULL;
    expect(extensionOf({})).toMatchObject({
      cs5: seal.hash,
      cs5Label: 'Record Hash',
      cn2: '1',
      cn2Label: 'Chain Position',
      NestjsAuditedPreviousHash: seal.previousHash,
      NestjsAuditedChain: 'main',
    });
  });

  it('leaves out a number that is not whole', () => {
    expect(extensionOf({ durationMs: 0.5 })).not.toHaveProperty('end');
  });

  it('leaves whole members out of details that are too long', () => {
    const { cs6 } = extensionOf({ details: { a: 1, huge: 'x'.repeat(4_000), b: 2 } });
    expect(cs6).toBe('{"a":1,"b":2}');
  });

  it.each([
    ['cs6', 4_000],
    ['flexString1', 1_023],
    ['flexString2', 1_023],
    ['NestjsAuditedTargets', 4_000],
  ])('keeps JSON in %s whole up to %i bytes', (key, bytes) => {
    const jsonOf = (length: number): string | undefined => {
      const value = 'x'.repeat(length - '{"a":""}'.length);
      const changes = [{ field: 'a', before: value, after: value }];
      const targets = [{ type: 'x'.repeat(length - '[{"type":""}]'.length) }];
      return extensionOf({ details: { a: value }, changes, targets })[key];
    };
    expect(jsonOf(bytes - 1)).toHaveLength(bytes - 1);
    expect(jsonOf(bytes)).toHaveLength(bytes);
    expect(jsonOf(bytes + 1)).toBeUndefined();
  });

  it('calls the category by the catalogue of the application', () => {
    const catalogues = [{ name: 'x', types: { 'invoice.paid': { category: 'billing' } } }];
    expect(extensionOf({ type: 'invoice.paid' }, { catalogues })).toMatchObject({ cat: '/audit/billing' });
    expect(extensionOf({ type: 'invoice.paid' })).toMatchObject({ cat: '/audit' });
  });
});

describe('Version 1', () => {
  it('adds the keys of specification 1.2 and changes no other', () => {
    const old = cefFormatter().format(FULL);
    const { version, extension } = parseCef(cefFormatter({ version: 1 }).format(FULL));
    const added = [...extension].filter(([key]) => !parseCef(old).extension.has(key));
    expect(version).toBe(1);
    expect(Object.fromEntries(added)).toEqual({
      reportedResourceType: 'deployment',
      reportedResourceID: 'd-7',
      reportedResourceName: 'billing',
      reportedResourceGroupName: 'acme-platform',
      reportedDuration: '1234',
    });
    expect([...extension].filter(([key]) => !key.startsWith('reported'))).toEqual([...parseCef(old).extension]);
  });
});

describe('The table of keys', () => {
  it('has each key once, and a label of its own for every key that needs one', () => {
    const keys = CEF_KEYS.flatMap(({ key, label }) => (label === undefined ? [key] : [key, `${key}Label`]));
    expect(new Set(keys).size).toBe(keys.length);
    const labels = CEF_KEYS.flatMap(({ label }) => label ?? []);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(CEF_KEYS)).toBe(true);
    expect(CEF_KEYS.every((key) => Object.isFrozen(key))).toBe(true);
  });
});

describe('Options', () => {
  it.each([2, '1', null, 0.5])('refuse the version %j', (version) => {
    expect(() => cefFormatter({ version } as never)).toThrow(/^Audit option "version" is .* from 0 to 1\.$/);
  });

  it.each([
    ['vendor', 63],
    ['name', 63],
    ['version', 31],
  ])('refuse a product.%s of more than %i bytes', (name, bytes) => {
    expect(() => cefFormatter({ product: { [name]: 'x'.repeat(bytes) } })).not.toThrow();
    expect(() => cefFormatter({ product: { [name]: `${'x'.repeat(bytes - 1)}é` } })).toThrow(
      `Audit option "product.${name}" takes more than ${bytes} bytes of UTF-8.`,
    );
  });

  it('refuse a product that nobody could see', () => {
    expect(() => cefFormatter({ product: { vendor: '\u0000' } })).toThrow('product.vendor');
  });
});
