import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { parseSyslog5424 } from '../../testing/formats/reading/syslog-5424.parser.js';
import { createFormatter } from '../event-formatters.js';
import { syslogFormatter, type SyslogFormatOptions } from './syslog.formatter.js';

function aRecord(facts: Partial<AuditEvent> = {}, position = 1): AuditRecord {
  const [, { event, seal }] = GOLDEN_RECORDS[4] as (typeof GOLDEN_RECORDS)[number];
  return { event: { ...event, ...facts }, seal: { ...seal, position } };
}

function parsed(record: AuditRecord, options?: SyslogFormatOptions) {
  return parseSyslog5424(Buffer.from(syslogFormatter(options).format(record)));
}

/** The parameters of one element; a name that comes twice has its last value. */
function parametersOf(record: AuditRecord, id: string, options: SyslogFormatOptions): Record<string, string> {
  const element = parsed(record, options).structuredData.find((item) => item.id === id);
  return Object.fromEntries(element?.parameters ?? []);
}

const PLAIN = { payload: 'text', structuredData: false } as const;

describe('A syslog message of RFC 5424', () => {
  it('is the worked vector, byte for byte', () => {
    const formatter = syslogFormatter({
      payload: 'text',
      appName: 'auditkit',
      procId: '4242',
      enterpriseNumber: 32473,
      structuredData: ['audit'],
      auditParameters: ['actor', 'outcome'],
    });
    const text = formatter.format(
      aRecord({
        occurredAt: '2026-11-21T18:51:39.123Z',
        type: 'user.login',
        actor: { kind: 'user', id: String.raw`o"re]il\ly` },
        action: 'Zoë logged in',
      }),
    );
    expect(text).toBe(
      '<109>1 2026-11-21T18:51:39.123Z api-1.example.com auditkit 4242 user.login ' +
        String.raw`[audit@32473 actor="o\"re\]il\\ly" outcome="success"] ` +
        '\uFEFFZoë logged in',
    );
    expect([text.length, Buffer.byteLength(text)]).toEqual([143, 146]);
  });

  it.each([
    [13, 'notice', '<109>'],
    ['authpriv', 'info', '<86>'],
    ['local0', 'warning', '<132>'],
    ['kern', 'emerg', '<0>'],
    [23, 'debug', '<191>'],
  ] as const)('of facility %s and severity %s begins with %s', (facility, severity, start) => {
    expect(syslogFormatter({ facility, severity }).format(aRecord())).toMatch(new RegExp(`^${start}1 `));
  });

  it.each([
    ['debug', 'success', 7],
    ['debug', 'denied', 4],
    ['info', 'success', 5],
    ['info', 'unknown', 5],
    ['info', 'pending', 6],
    ['info', 'failure', 4],
    ['info', 'denied', 4],
    ['warning', 'success', 4],
    ['error', 'pending', 3],
    ['critical', 'failure', 2],
  ] as const)('has for %s and %s the severity %i', (severity, outcome, code) => {
    expect(parsed(aRecord({ severity, outcome })).severity).toBe(code);
  });

  it('takes an intent for what has not happened yet, whatever its outcome says', () => {
    expect(parsed(aRecord({ stage: 'intent', severity: 'info', outcome: 'success' })).severity).toBe(6);
  });

  it('knows host, component, process run and type from the event', () => {
    expect(parsed(aRecord())).toMatchObject({
      facility: 13,
      timestamp: '2026-11-02T03:04:05.125Z',
      hostname: 'api-1.example.com',
      appName: 'billing-api',
      procId: '5f0c2a9e-6d7b-4c1e-9a34-0b1c2d3e4f50',
      msgId: 'auth.login',
    });
  });

  it('has the nil value for what nobody knows', () => {
    expect(parsed(aRecord({ origin: {}, type: '' }))).toMatchObject({
      hostname: undefined,
      appName: 'nestjs-audited',
      procId: undefined,
      msgId: undefined,
    });
  });

  it('is named by the options before the event', () => {
    const options = { hostname: 'h.example', appName: 'a', procId: '1', msgId: 'm' };
    expect(parsed(aRecord(), options)).toMatchObject(options);
    expect(parsed(aRecord({ origin: {} }), { product: { name: 'Acme Audit' } }).appName).toBe('Acme_Audit');
  });

  it.each([
    [254, 'h'.repeat(254)],
    [255, 'h'.repeat(255)],
    [256, 'h'.repeat(255)],
  ])('cuts a host name of %i characters at 255', (length, hostname) => {
    expect(parsed(aRecord({ origin: { host: 'h'.repeat(length) } })).hostname).toBe(hostname);
  });

  it.each([
    [32, 't'.repeat(32)],
    [33, 't'.repeat(32)],
  ])('cuts a type of %i characters at 32', (length, msgId) => {
    expect(parsed(aRecord({ type: 't'.repeat(length) })).msgId).toBe(msgId);
  });

  it('replaces in header fields what they cannot hold, one sign for each character', () => {
    const origin = { host: 'a b\n<13>1 -', component: 'Zoë😀', instanceId: '\ud800-\u0000' };
    expect(parsed(aRecord({ origin, type: 'a\tb' }))).toMatchObject({
      hostname: 'a_b_<13>1_-',
      appName: 'Zo__',
      procId: '_-_',
      msgId: 'a_b',
    });
  });

  it('has a byte order mark before free text only, unless told', () => {
    const record = aRecord({ action: 'Zoë' });
    expect(parsed(record, PLAIN)).toMatchObject({ bom: true, message: 'Zoë' });
    expect(parsed(record, { ...PLAIN, bom: false })).toMatchObject({ bom: false, message: 'Zoë' });
    expect(parsed(record).bom).toBe(false);
    expect(parsed(record, { payload: 'cef' }).message).toMatch(/^CEF:0\|/);
    expect(parsed(record, { bom: true }).bom).toBe(true);
  });

  it('has no message part when there is nothing to say', () => {
    expect(syslogFormatter({ ...PLAIN, msgId: 'm' }).format(aRecord({ action: '', origin: {} }))).toBe(
      '<109>1 2026-11-02T03:04:05.125Z - nestjs-audited - m -',
    );
  });
});

describe('Its structured data', () => {
  it('says of the time that its zone is known, and of the clock only what the options say', () => {
    expect(parametersOf(aRecord(), 'timeQuality', {})).toEqual({ tzKnown: '1' });
    expect(parametersOf(aRecord(), 'timeQuality', { isSynced: true })).toEqual({ tzKnown: '1', isSynced: '1' });
    expect(parametersOf(aRecord(), 'timeQuality', { isSynced: false })).toEqual({ tzKnown: '1', isSynced: '0' });
  });

  it.each([
    [1, '1'],
    [2_147_483_647, '2147483647'],
    [2_147_483_648, '1'],
    [Number.MAX_SAFE_INTEGER, '4194303'],
  ])('counts position %i as %s', (position, sequenceId) => {
    expect(parametersOf(aRecord({}, position), 'meta', {})).toEqual({ sequenceId });
  });

  it('names the software together with the enterprise, cut at 48 and 32 characters', () => {
    const product = { name: 'é'.repeat(49), version: '1'.repeat(33) };
    expect(parametersOf(aRecord(), 'origin', { enterpriseNumber: 32473, product })).toEqual({
      enterpriseId: '32473',
      software: 'é'.repeat(48),
      swVersion: '1'.repeat(32),
    });
    expect(parametersOf(aRecord(), 'origin', {})).toEqual({});
  });

  it('has all facts with free text and the core of them otherwise', () => {
    const [, record] = GOLDEN_RECORDS[0] as (typeof GOLDEN_RECORDS)[number];
    const core = parametersOf(record, 'audit@32473', { enterpriseNumber: 32473 });
    expect(Object.keys(core).join()).toBe('actor,outcome,type,id,severity,risk,stage,chain,position');
    expect(parametersOf(record, 'audit@32473', { enterpriseNumber: 32473, payload: 'text' })).toMatchObject({
      ...core,
      roles: 'release-manager',
      status: '201',
      details: JSON.stringify(record.event.details),
      targets: JSON.stringify(record.event.targets),
      personal: record.event.personal,
    });
  });

  it.each([
    [254, 254],
    [255, 255],
    [256, 255],
  ])('cuts a value of %i bytes at %i', (bytes, left) => {
    const options = { enterpriseNumber: 32473, auditParameters: ['actor'] } as const;
    const record = aRecord({ actor: { kind: 'user', id: '"'.repeat(bytes) } });
    expect(parametersOf(record, 'audit@32473', options)).toEqual({ actor: '"'.repeat(left) });
  });

  it('cuts a value after its line ends became spaces', () => {
    const options = { enterpriseNumber: 32473, auditParameters: ['actor'] } as const;
    const record = aRecord({ actor: { kind: 'user', id: `${'\r\n'.repeat(254)}é` } });
    expect(parametersOf(record, 'audit@32473', options)).toEqual({ actor: ' '.repeat(254) });
  });

  it('leaves out what there is no room for, the heaviest facts last, and says how many', () => {
    const [, record] = GOLDEN_RECORDS[0] as (typeof GOLDEN_RECORDS)[number];
    const options = { enterpriseNumber: 32473, payload: 'text', maxBytes: 600 } as const;
    const parameters = parametersOf(record, 'audit@32473', options);
    expect(parameters).toMatchObject({ actor: 'u-1', outcome: 'success', type: 'deploy.completed' });
    expect(parameters).not.toHaveProperty('details');
    expect(Number(parameters['omitted'])).toBeGreaterThan(20);
  });

  it('is the nil value when it is switched off', () => {
    expect(syslogFormatter({ structuredData: false }).format(aRecord())).toContain(' auth.login - {');
    expect(syslogFormatter({ structuredData: [] }).format(aRecord())).toContain(' auth.login - {');
  });
});

describe('A message that is too long', () => {
  const PAYLOADS = ['asim', 'ecs', 'flat', 'jsonl', 'ocsf', 'otlp', 'record'] as const;

  // Whoever is not logged in may choose these texts, up to the limit of a line, and each `"` takes two bytes of JSON.
  it.each(PAYLOADS.flatMap((payload) => [8192, 4096].map((maxBytes) => [payload, maxBytes] as const)))(
    'carries %s that reads in %i bytes, with the seal, whatever a client sends',
    (payload, maxBytes) => {
      const quotes = '"'.repeat(1024);
      const record = aRecord({
        actor: { kind: 'anonymous', ip: '198.51.100.23', userAgent: quotes, roles: [quotes, quotes] },
        reason: quotes,
        action: quotes,
        truncated: Array.from({ length: 20 }, () => ({ path: quotes, bytes: 1 })),
        transport: { kind: 'http', method: 'POST', path: quotes, route: quotes, status: 401 },
      });
      const { message } = parsed(record, { payload, maxBytes });
      expect(() => JSON.parse(message) as unknown).not.toThrow();
      expect(message).toContain(record.event.id);
      expect(message).toContain(record.seal.hash);
    },
  );

  const long = aRecord({
    details: { body: 'x'.repeat(9000) },
    changes: [{ field: 'a', before: 'é'.repeat(4000) }],
    truncated: [{ path: '/details/other', bytes: 7 }],
  });

  it('loses parts of the event before its payload is cut, and says so', () => {
    const text = syslogFormatter({ payload: 'record' }).format(long);
    const { event } = JSON.parse(parseSyslog5424(Buffer.from(text)).message) as AuditRecord;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
    expect(event.truncated).toEqual([
      { path: '/details/other', bytes: 7 },
      { path: '/details', bytes: 9011 },
      { path: '/changes', bytes: 8000 + '[{"field":"a","before":""}]'.length },
    ]);
    expect(event).toMatchObject({ id: long.event.id, action: long.event.action });
    expect(event).not.toHaveProperty('details');
  });

  it('is whole when its length is the limit, and not one byte above', () => {
    const record = aRecord({ action: 'é'.repeat(1000) });
    const bytes = Buffer.byteLength(syslogFormatter(PLAIN).format(record));
    expect(parsed(record, { ...PLAIN, maxBytes: bytes }).message).toBe('é'.repeat(1000));
    expect(parsed(record, { ...PLAIN, maxBytes: bytes - 1 }).message).toBe('é'.repeat(999));
    expect(parsed(record, { ...PLAIN, maxBytes: bytes - 2 }).message).toBe('é'.repeat(999));
    expect(parsed(record, { ...PLAIN, maxBytes: bytes - 3 }).message).toBe('é'.repeat(998));
  });

  it('keeps every field of the longest header but the process in the shortest of messages', () => {
    const origin = { host: 'h'.repeat(255), component: 'c'.repeat(48), instanceId: 'i'.repeat(128) };
    const record = aRecord({ origin, type: 't'.repeat(32), action: 'a'.repeat(999) });
    const text = syslogFormatter({ ...PLAIN, structuredData: true, maxBytes: 480 }).format(record);
    expect(parseSyslog5424(Buffer.from(text))).toMatchObject({ hostname: origin.host, procId: undefined });
    expect(Buffer.byteLength(text)).toBe(480);
    expect(parsed(record, { maxBytes: 600 }).procId).toBe(origin.instanceId);
  });
});

describe('Its options', () => {
  it.each([
    [{ facility: 24 }, 'facility'],
    [{ facility: 'log' }, 'facility'],
    [{ severity: 'error' }, 'severity'],
    [{ hostname: 'a b' }, 'hostname'],
    [{ hostname: '' }, 'hostname'],
    [{ appName: 'a'.repeat(49) }, 'appName'],
    [{ procId: 42 }, 'procId'],
    [{ msgId: 'é' }, 'msgId'],
    [{ bom: 1 }, 'bom'],
    [{ maxBytes: 479 }, 'maxBytes'],
    [{ maxBytes: 2 ** 24 + 1 }, 'maxBytes'],
    [{ structuredData: 'none' }, 'structuredData'],
    [{ structuredData: ['meta', 'exampleSDID'] }, 'structuredData[1]'],
    [{ structuredData: ['audit'] }, 'structuredData'],
    [{ enterpriseNumber: 0 }, 'enterpriseNumber'],
    [{ auditParameters: ['password'] }, 'auditParameters[0]'],
    [{ isSynced: 'yes' }, 'isSynced'],
    [{ payload: 'syslog' }, 'payload'],
    [{ payload: 'toString' }, 'payload'],
    [{ payload: {} }, 'payload'],
    [{ payload: 'text', payloadOptions: { version: 1 } }, 'payloadOptions'],
    [{ payloadOptions: 'x' }, 'payloadOptions'],
    [{ payload: 'cef', payloadOptions: { version: 7 } }, 'payloadOptions.version'],
    [{ payload: 'cef', payloadOptions: { colour: 'red' } }, 'payloadOptions.colour'],
    [{ payload: 'cef', product: { vendor: 'v'.repeat(64) } }, 'product.vendor'],
    [{ payload: 'cef', payloadOptions: { product: { vendor: 'v'.repeat(64) } } }, 'payloadOptions.product.vendor'],
  ])('%j is refused by its path', (options, option) => {
    expect(() => syslogFormatter(options as never)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }),
    );
  });

  it('accepts the bounds', () => {
    for (const maxBytes of [480, 2 ** 24]) expect(syslogFormatter({ maxBytes }).name).toBe('syslog');
    expect(syslogFormatter({ enterpriseNumber: 2 ** 32 - 1, facility: 0, appName: 'a'.repeat(48) }).name).toBe(
      'syslog',
    );
  });

  it('hands the common options to the payload, whose own win', () => {
    const product = { name: 'Outer' };
    const inner = { product: { name: 'Inner' } };
    expect(parsed(aRecord(), { payload: 'cef', product }).message).toContain('|Outer|');
    expect(parsed(aRecord(), { payload: 'cef', product, payloadOptions: inner }).message).toContain('|Inner|');
  });

  it('carries a formatter of the application, in one line', () => {
    const payload = { ...createFormatter('record'), name: 'ours', format: () => 'a\r\nb\u0000c\td\ud800' };
    expect(parsed(aRecord(), { payload }).message).toBe('a b c\td\ufffd');
    expect(syslogFormatter({ payload }).format(aRecord()).isWellFormed()).toBe(true);
  });

  it('lets the error of a factory pass that is not about options', () => {
    const payloadOptions = {
      get product(): never {
        throw new TypeError('not an option, but a fault');
      },
    };
    expect(() => syslogFormatter({ payload: 'cef', payloadOptions })).toThrow(TypeError);
  });
});
