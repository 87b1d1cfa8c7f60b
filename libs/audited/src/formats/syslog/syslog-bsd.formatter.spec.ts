import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { parseCef } from '../../testing/formats/reading/cef.parser.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { parseSyslog3164 } from '../../testing/formats/reading/syslog-3164.parser.js';
import { createFormatter } from '../event-formatters.js';
import { sentinelAuditFormatter } from './sentinel-audit.formatter.js';
import { syslogBsdFormatter, type SyslogBsdFormatOptions } from './syslog-bsd.formatter.js';

function aRecord(facts: Partial<AuditEvent> = {}): AuditRecord {
  const [, record] = GOLDEN_RECORDS[4] as (typeof GOLDEN_RECORDS)[number];
  return { ...record, event: { ...record.event, ...facts } };
}

function parsed(record: AuditRecord, options: SyslogBsdFormatOptions = {}) {
  return parseSyslog3164(Buffer.from(syslogBsdFormatter(options).format(record)), options.maxBytes);
}

const TEXT = { payload: 'text' } as const;

describe('A syslog message of RFC 3164', () => {
  it('is the worked vector, byte for byte', () => {
    const formatter = syslogBsdFormatter({
      ...TEXT,
      facility: 'local0',
      severity: 'info',
      tag: 'auditkit',
      procId: '4242',
    });
    expect(formatter.format(aRecord({ action: 'msg' }))).toBe('<134>Nov  2 03:04:05 api-1 auditkit[4242]: msg');
  });

  it.each([
    ['2026-01-01T00:00:00.000Z', 'Jan  1 00:00:00'],
    ['2026-02-09T23:59:59.999Z', 'Feb  9 23:59:59'],
    ['2026-03-10T01:02:03.004Z', 'Mar 10 01:02:03'],
    ['2026-04-30T01:02:03.004Z', 'Apr 30 01:02:03'],
    ['2026-05-05T01:02:03.004Z', 'May  5 01:02:03'],
    ['2026-06-20T01:02:03.004Z', 'Jun 20 01:02:03'],
    ['2026-07-07T01:02:03.004Z', 'Jul  7 01:02:03'],
    ['2026-08-11T01:02:03.004Z', 'Aug 11 01:02:03'],
    ['2026-09-19T01:02:03.004Z', 'Sep 19 01:02:03'],
    ['2026-10-08T01:02:03.004Z', 'Oct  8 01:02:03'],
    ['2026-11-21T18:51:39.123Z', 'Nov 21 18:51:39'],
    ['2024-12-31T01:02:03.004Z', 'Dec 31 01:02:03'],
  ])('writes %s as "%s"', (occurredAt, timestamp) => {
    expect(syslogBsdFormatter(TEXT).format(aRecord({ occurredAt })).slice(5, 20)).toBe(timestamp);
  });

  it.each([
    [undefined, '0.0.0.0'],
    ['', '0.0.0.0'],
    ['...', '0.0.0.0'],
    ['--', '0.0.0.0'],
    ['日本', '0.0.0.0'],
    ['api-1', 'api-1'],
    ['api-1.example.com', 'api-1'],
    ['my host', 'my-host'],
    ['_a_', 'a'],
    ['a<13>\nb', 'a-13--b'],
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1.example.com', '10'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['not:an:address', 'not-an-address'],
    ['h'.repeat(63), 'h'.repeat(63)],
    ['h'.repeat(64), 'h'.repeat(63)],
    [`${'h'.repeat(62)}-x`, 'h'.repeat(62)],
  ])('calls the host %j %s', (host, hostname) => {
    expect(parsed(aRecord({ origin: host === undefined ? {} : { host } }), TEXT).hostname).toBe(hostname);
  });

  it.each([
    [undefined, 'nestjsaudited'],
    ['billing-api', 'billingapi'],
    ['sshd[1]: root', 'sshd1root'],
    ['日本', 'nestjsaudited'],
    ['t'.repeat(32), 't'.repeat(32)],
    ['t'.repeat(33), 't'.repeat(32)],
  ])('makes of the component %j the tag %s', (component, tag) => {
    const message = parsed(aRecord({ origin: component === undefined ? {} : { component }, action: 'done' }), TEXT);
    expect(message).toMatchObject({ tag, content: ': done' });
  });

  it('is called by the product when nothing else has a name, and by nothing foreign at last', () => {
    const record = aRecord({ origin: {} });
    expect(parsed(record, { ...TEXT, product: { name: 'Acme Audit' } }).tag).toBe('AcmeAudit');
    expect(parsed(record, { ...TEXT, product: { name: '日本' } }).tag).toBe('audited');
  });

  it('puts CEF and LEEF right behind the host, and anything else behind a tag', () => {
    const record = aRecord();
    expect(parsed(record)).toMatchObject({ tag: 'CEF', content: expect.stringMatching(/^:0\|/) });
    expect(parsed(record, { payload: 'leef' })).toMatchObject({ tag: 'LEEF' });
    expect(parsed(record, { tag: 'audit' })).toMatchObject({
      tag: 'audit',
      content: expect.stringMatching(/^: CEF:0/),
    });
    expect(parsed(record, { payload: 'jsonl', maxBytes: 8192 })).toMatchObject({
      tag: 'billingapi',
      content: `: ${createFormatter('jsonl').format(record)}`,
    });
    expect(parsed(record, { payload: 'jsonl', tag: false, maxBytes: 8192 }).tag).toBe('');
  });

  it('takes at most 1024 bytes, and its CEF still reads', () => {
    const record = aRecord({ details: { body: 'x'.repeat(700) }, reason: 'é'.repeat(200) });
    const text = syslogBsdFormatter().format(record);
    const { extension } = parseCef(text.slice(text.indexOf('CEF:')));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024);
    expect(extension.get('externalId')).toBe(record.event.id);
    expect(extension.has('cs6')).toBe(false);
  });

  it('is whole when its length is the limit', () => {
    const record = aRecord({ action: 'a'.repeat(2000) });
    const length = '<109>Nov  2 03:04:05 api-1 billingapi: '.length;
    expect(parsed(record, TEXT).content).toBe(`: ${'a'.repeat(1024 - length)}`);
    expect(parsed(aRecord({ action: 'a'.repeat(1024 - length) }), TEXT).content).toHaveLength(1026 - length);
  });

  it.each([
    [{ hostname: 'api-1.example.com' }, 'hostname'],
    [{ hostname: 'a b' }, 'hostname'],
    [{ hostname: '' }, 'hostname'],
    [{ tag: '' }, 'tag'],
    [{ tag: 'a-b' }, 'tag'],
    [{ tag: 't'.repeat(33) }, 'tag'],
    [{ tag: true }, 'tag'],
    [{ payload: 'text', tag: false }, 'tag'],
    [{ procId: 'a]b', tag: 'a' }, 'procId'],
    [{ procId: 4242, tag: 'a' }, 'procId'],
    [{ procId: '4242' }, 'procId'],
    [{ maxBytes: 479 }, 'maxBytes'],
    [{ facility: -1 }, 'facility'],
    [{ payload: 'rfc' }, 'payload'],
    [{ structuredData: true }, 'structuredData'],
  ])('refuses %j by its path', (options, option) => {
    expect(() => syslogBsdFormatter(options as never)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }),
    );
  });

  it('accepts names and addresses as they are', () => {
    for (const hostname of ['api-1', '10.0.0.1', '2001:db8::1']) {
      expect(parsed(aRecord(), { hostname }).hostname).toBe(hostname);
    }
  });
});

describe('The preset of the audit logger that the scam-intelligence catalogue comes from', () => {
  it('sends the flat entry behind its tag, at local7.info', () => {
    const record = aRecord({ severity: 'critical', outcome: 'failure' });
    expect(sentinelAuditFormatter().format(record)).toBe(
      `<190>Nov  2 03:04:05 api-1 SentinelAudit: ${createFormatter('flat').format(record)}`,
    );
  });

  it('may be told facility, severity, host and length', () => {
    const options = { facility: 'local0', severity: 'notice', hostname: 'h', maxBytes: 480 } as const;
    const text = sentinelAuditFormatter(options).format(aRecord());
    expect(text).toMatch(/^<133>Nov {2}2 03:04:05 h SentinelAudit: \{"audit_id":/);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(480);
  });

  it('keeps valid JSON by leaving out details that are too long', () => {
    const text = sentinelAuditFormatter().format(aRecord({ details: { body: 'x'.repeat(9000) } }));
    const entry = JSON.parse(text.slice(text.indexOf('{'))) as { details: unknown; audited: { truncated: unknown } };
    expect(entry.details).toEqual({});
    expect(entry.audited.truncated).toEqual([{ path: '/details', bytes: 9011 }]);
  });

  it.each(['tag', 'payload', 'procId', 'payloadOptions'])('refuses %s, which is what the preset is', (option) => {
    expect(() => sentinelAuditFormatter({ [option]: 'x' } as never)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }),
    );
  });
});
