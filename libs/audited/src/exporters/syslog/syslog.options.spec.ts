import { limitsOf } from '../../delivery/exporter-settings.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { EXPORTERS } from '../exporters.js';
import { SYSLOG_PRESETS } from './syslog-preset.js';
import { syslog } from './syslog.exporter.js';
import { syslogSettings, type SyslogOptions } from './syslog.options.js';

const host = 'siem.example.com';

describe('Options of the syslog exporter', () => {
  it('send over TLS to port 6514 with octet counting unless they say otherwise', () => {
    expect(syslogSettings({ host })).toMatchObject({
      transport: 'tls',
      port: 6514,
      framing: 'octet-counting',
      tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
      resendWindowMs: 2000,
      maxMessageBytes: 65_536,
    });
  });

  it.each([
    ['tls', 6514, 65_536],
    ['tcp', 514, 65_536],
    ['udp', 514, 2048],
  ] as const)('know the port and the size for %s', (transport, port, maxMessageBytes) => {
    expect(syslogSettings({ host, transport })).toMatchObject({ port, maxMessageBytes });
  });

  it.each<readonly [SyslogOptions, string]>([
    [{ host }, 'tls://siem.example.com:6514'],
    [{ host: '192.0.2.1', transport: 'udp', port: 5514 }, 'udp://192.0.2.1:5514'],
    [{ host: '2001:db8::1', transport: 'tcp' }, 'tcp://[2001:db8::1]:514'],
  ])('show %j as %s', (options, endpoint) => {
    expect(syslog(options).endpoint).toBe(endpoint);
  });

  it.each<readonly [string, unknown]>([
    ['host', undefined],
    ['host', ''],
    ['host', 'siem.example.com:514'],
    ['host', 'tcp://siem.example.com'],
    ['host', 'user:secret@siem.example.com'],
    ['host', '[::1]'],
    ['host', 'a b'],
    ['host', 'x'.repeat(254)],
    ['port', 0],
    ['port', 65_536],
    ['port', '514'],
    ['transport', 'relp'],
    ['framing', 'nul'],
    ['connectTimeoutMs', 0],
    ['timeoutMs', 600_001],
    ['keepAliveMs', 0],
    ['keepAliveMs', true],
    ['resendWindowMs', 99],
    ['resendWindowMs', 0],
    ['maxMessageBytes', 479],
    ['maxMessageBytes', 524_289],
    ['preset', 'toString'],
    ['facility', 'audit'],
  ])('refuse "%s": %j', (option, value) => {
    expect(() => syslogSettings({ host, [option]: value } as never)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }),
    );
  });

  it('do not repeat a host that may hold a password', () => {
    expect(() => syslogSettings({ host: 'user:secret@siem.example.com' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  it.each<readonly [string, SyslogOptions]>([
    ['tls', { host, transport: 'tcp', tls: {} }],
    ['tls', { host, transport: 'udp', tls: {} }],
    ['framing', { host, transport: 'udp', framing: 'newline' }],
    ['resendWindowMs', { host, transport: 'udp', resendWindowMs: false }],
    ['keepAliveMs', { host, transport: 'udp', keepAliveMs: false }],
    ['connectTimeoutMs', { host, preset: 'sentinel-audit', connectTimeoutMs: 1000 }],
  ])('refuse "%s" where it would have no effect: %j', (option, options) => {
    expect(() => syslogSettings(options)).toThrow(
      expect.objectContaining({ option, message: expect.stringContaining('has no effect') }),
    );
  });

  it('refuse a datagram that IPv4 cannot carry', () => {
    expect(syslogSettings({ host, transport: 'udp', maxMessageBytes: 65_507 }).maxMessageBytes).toBe(65_507);
    expect(() => syslogSettings({ host, transport: 'udp', maxMessageBytes: 65_508 })).toThrow(
      expect.objectContaining({ option: 'maxMessageBytes' }),
    );
  });

  it('are not written to', () => {
    const options: SyslogOptions = Object.freeze({ host, tls: Object.freeze({}) });
    expect(() => syslog(options)).not.toThrow();
  });
});

describe('The syslog exporter', () => {
  it('is in the registry', () => {
    expect(EXPORTERS.syslog).toBe(syslog);
  });

  it.each(['udp', 'tcp', 'tls'] as const)('takes syslog formats only, and promises no arrival: %s', (transport) => {
    const exporter = syslog({ host, transport });
    expect(exporter).toMatchObject({ type: 'syslog', assurance: 'sent', format: { name: 'syslog' } });
    expect(exporter.formats).toEqual(['syslog', 'syslog-bsd', 'sentinel-audit']);
    expect(exporter.confirm === undefined).toBe(transport === 'udp');
  });

  it('counts what the framing costs, so that a batch stays within its bytes', () => {
    expect(limitsOf(syslog({ host }))).toMatchObject({ maxEventBytes: 65_536, separatorBytes: 8, frameBytes: 0 });
    expect(limitsOf(syslog({ host, framing: 'newline' })).separatorBytes).toBe(1);
    expect(limitsOf(syslog({ host, transport: 'udp' }))).toMatchObject({
      maxEventBytes: 2048,
      maxEvents: 100,
      separatorBytes: 0,
    });
  });

  it('asks often enough to see the end of a short window', () => {
    expect(syslog({ host, resendWindowMs: 100 }).confirmation).toMatchObject({ everyMs: 100 });
    expect(syslog({ host }).confirmation).toMatchObject({ everyMs: 500 });
  });

  it.each([480, 2048, 65_536])('keeps its own format to %d bytes, and to 8192', (maxMessageBytes) => {
    const { format } = syslog({ host, maxMessageBytes });
    const [, record] = GOLDEN_RECORDS[0] as (typeof GOLDEN_RECORDS)[number];
    const long = { ...record, event: { ...record.event, details: { text: 'x'.repeat(20_000) } } };
    expect(Buffer.byteLength(format?.format(long) ?? '')).toBeLessThanOrEqual(Math.min(maxMessageBytes, 8192));
  });
});

describe('Presets of the syslog exporter', () => {
  const [, record] = GOLDEN_RECORDS[0] as (typeof GOLDEN_RECORDS)[number];
  const names = Object.keys(SYSLOG_PRESETS) as (keyof typeof SYSLOG_PRESETS)[];

  it.each(names)('send over udp as the older system did: %s', (preset) => {
    expect(syslogSettings({ host, preset })).toMatchObject({ transport: 'udp', port: 514, maxMessageBytes: 8192 });
  });

  it.each(names)('give way to what is said otherwise: %s', (preset) => {
    expect(syslogSettings({ host, preset, transport: 'tcp' })).toMatchObject({ port: 514, framing: 'newline' });
    expect(syslogSettings({ host, preset, transport: 'tls' })).toMatchObject({
      port: 6514,
      framing: 'octet-counting',
      tls: { rejectUnauthorized: true },
    });
    expect(syslogSettings({ host, preset, maxMessageBytes: 1024 }).maxMessageBytes).toBe(1024);
  });

  it('dvo-agent: CEF of that product behind a BSD header, facility user', () => {
    const text = syslog({ host, preset: 'dvo-agent' }).format?.format(record);
    // Facility 1 times 8, plus the severity.
    expect(text).toMatch(
      /^<(?:8|9|1[0-5])>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ dvoagent: CEF:0\|KesselDigital\|DVOAgent\|1\.0\|/,
    );
  });

  it('sentinel-audit: the TAG and a flat JSON object, local7.info', () => {
    const text = syslog({ host, preset: 'sentinel-audit' }).format?.format(record) ?? '';
    expect(text).toMatch(/^<190>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ SentinelAudit: \{/);
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ event_type: record.event.type });
  });
});
