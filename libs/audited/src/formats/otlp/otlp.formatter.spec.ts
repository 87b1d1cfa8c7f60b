import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { PACKAGE_VERSION } from '../../event/package-version.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { readOtlp, type OtlpLogRecord } from '../../testing/formats/reading/otlp.schema.js';
import { OTLP_ATTRIBUTES, OTLP_RESOURCE_ATTRIBUTES } from './otlp-attributes.js';
import { otlpBatch } from './otlp-batch.js';
import { otlpFormatter, type OtlpFormatOptions } from './otlp.formatter.js';

const [RICH] = GOLDEN_RECORDS.map(([, record]) => record) as [AuditRecord];

function recordOf(facts: Partial<AuditEvent>): AuditRecord {
  return { ...RICH, event: { ...RICH.event, ...facts } };
}

function read(record: AuditRecord, options?: OtlpFormatOptions): OtlpLogRecord {
  const [logRecord] = readOtlp(otlpFormatter(options).format(record));
  return logRecord as OtlpLogRecord;
}

describe('otlp', () => {
  it('is one line of the OTLP File Exporter: LogsData with one log record', () => {
    const text = otlpFormatter().format(RICH);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['resourceLogs']);
    expect(readOtlp(text)).toHaveLength(1);
    expect(otlpFormatter().document).toEqual({ start: '', separator: '', terminator: '\n', end: '' });
  });

  it('writes the fields of a log record', () => {
    expect(read(RICH).fields).toEqual({
      timeUnixNano: '1793588645121000000',
      observedTimeUnixNano: '1793588645141000000',
      severityNumber: 9,
      severityText: 'info',
      eventName: 'deploy.completed',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      body: { stringValue: 'Deployment of billing to production' },
    });
  });

  it('names the edition of the semantic conventions', () => {
    const url = 'https://opentelemetry.io/schemas/1.44.0';
    expect(read(RICH).schemaUrls).toEqual([url, url]);
  });

  it('writes the origin as the resource, and no resource attribute for what is not known', () => {
    expect(Object.fromEntries(read(RICH).resource)).toEqual({
      'service.name': 'billing-api',
      'service.namespace': 'acme-platform',
      'service.version': '2.7.1',
      'service.instance.id': '5f0c2a9e-6d7b-4c1e-9a34-0b1c2d3e4f50',
      'deployment.environment.name': 'production',
      'host.name': 'api-1.example.com',
    });
    expect(read(recordOf({ origin: {} })).resource.size).toBe(0);
  });

  it.each<[AuditEvent['severity'], number]>([
    ['debug', 5],
    ['info', 9],
    ['warning', 13],
    ['error', 17],
    ['critical', 18],
  ])('numbers the severity %s %d', (severity, number) => {
    expect(read(recordOf({ severity })).fields).toMatchObject({ severityNumber: number, severityText: severity });
  });

  it.each(['0'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), 'g'.repeat(32), ''])(
    'leaves out the trace id %j',
    (traceId) => {
      expect(read(recordOf({ traceId })).fields).not.toHaveProperty('traceId');
    },
  );

  it.each(['0'.repeat(16), 'a'.repeat(15), 'a'.repeat(17), 'z'.repeat(16)])('leaves out the span id %j', (spanId) => {
    expect(read(recordOf({ spanId })).fields).not.toHaveProperty('spanId');
  });

  it('keeps a time that 64 bits cannot hold as an attribute', () => {
    const { fields, attributes } = read(recordOf({ occurredAt: '9999-12-31T23:59:59.999Z' }));
    expect(fields).not.toHaveProperty('timeUnixNano');
    expect(attributes.get('audited.occurred_at')).toBe('9999-12-31T23:59:59.999Z');
  });

  it.each(['GET', 'QUERY'])('knows the method %s', (method) => {
    const { attributes } = read(recordOf({ transport: { kind: 'http', method, path: '/' } }));
    expect(attributes.get('http.request.method')).toBe(method);
    expect(attributes.has('http.request.method_original')).toBe(false);
  });

  it.each(['PURGE', 'get', ''])('writes the method %j as one that is not known, and the word beside it', (method) => {
    const { attributes } = read(recordOf({ transport: { kind: 'http', method, path: '/' } }));
    expect(attributes.get('http.request.method')).toBe('_OTHER');
    expect(attributes.get('http.request.method_original')).toBe(method);
  });

  it.each(['unknown', '10.0.0.1:80', ''])('does not call %j a client address', (ip) => {
    const { attributes } = read(recordOf({ actor: { kind: 'user', ip } }));
    expect(attributes.has('client.address')).toBe(false);
    expect(attributes.get('audited.actor.ip')).toBe(ip);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7', undefined],
    ['::ffff:10.1.2.3', '10.1.2.3', '::ffff:10.1.2.3'],
    ['fe80::1%eth0', 'fe80::1', 'fe80::1%eth0'],
  ])('writes the address %s as %s and keeps what it was', (ip, address, kept) => {
    const { attributes } = read(recordOf({ actor: { kind: 'user', ip } }));
    expect(attributes.get('client.address')).toBe(address);
    expect(attributes.get('audited.actor.ip')).toBe(kept);
  });

  it('calls a person by the full name: nobody logs in with it', () => {
    const { attributes } = read(recordOf({ actor: { kind: 'user', id: 'u-1', name: 'Zoë Müller' } }));
    expect(attributes.get('user.full_name')).toBe('Zoë Müller');
    expect(attributes.has('user.name')).toBe(false);
  });

  it('calls an error by its type unless the action succeeded', () => {
    const error = { type: 'TimeoutError', code: 'ETIME', message: 'late' };
    const failed = read(recordOf({ outcome: 'failure', error })).attributes;
    expect(failed.get('error.type')).toBe('TimeoutError');
    expect(failed.get('exception.type')).toBe('TimeoutError');
    expect(failed.get('exception.message')).toBe('late');
    expect(failed.get('audited.error.code')).toBe('ETIME');
    expect(read(recordOf({ outcome: 'success', error })).attributes.has('error.type')).toBe(false);
  });

  it('tells the whole chain of actors', () => {
    const actor: AuditEvent['actor'] = {
      kind: 'service',
      id: 'gateway',
      onBehalfOf: { kind: 'user', userAgent: 'x', tenantId: 't', onBehalfOf: { kind: 'user', id: 'u-9' } },
    };
    expect(read(recordOf({ actor })).attributes.get('audited.actor.on_behalf_of')).toEqual({
      kind: 'user',
      user_agent: 'x',
      tenant_id: 't',
      on_behalf_of: { kind: 'user', id: 'u-9' },
    });
  });

  it('keeps what is empty: an empty text is a value', () => {
    const { attributes, fields } = read(recordOf({ action: '', reason: '', targets: [] }));
    expect(fields['body']).toEqual({ stringValue: '' });
    expect(attributes.get('audited.reason')).toBe('');
    expect(attributes.get('audited.targets')).toEqual([]);
  });

  it('has every key once', () => {
    const keys = [...OTLP_RESOURCE_ATTRIBUTES, ...OTLP_ATTRIBUTES].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the options of otlp', () => {
  it('make the product the scope', () => {
    expect(read(RICH).scope).toEqual({ name: 'nestjs-audited', version: PACKAGE_VERSION });
    const product = { name: 'acme-audit\u2028', version: '7' };
    expect(read(RICH, { product }).scope).toEqual(product);
    expect(otlpFormatter({ product }).format(RICH)).not.toContain('\u2028');
  });

  it('add labels as attributes', () => {
    const eventTypes = { 'deploy.*': { labels: { team: 'platform', Cost_Centre: 'lone \ud800' } } };
    const { attributes } = read(RICH, { eventTypes });
    expect(attributes.get('audited.labels.team')).toBe('platform');
    expect(attributes.get('audited.labels.Cost_Centre')).toBe('lone \ufffd');
    expect(read(recordOf({ type: 'auth.login' }), { eventTypes }).attributes.has('audited.labels.team')).toBe(false);
  });

  it('are refused when they are unknown', () => {
    expect(() => otlpFormatter({ colour: 'red' } as never)).toThrow(/^Audit option "colour" is unknown/);
    expect(() => otlpBatch({ colour: 'red' } as never)).toThrow(/^Audit option "colour" is unknown/);
  });
});

describe('otlpBatch', () => {
  it('writes one record as the format does', () => {
    expect(otlpBatch()([RICH])).toBe(otlpFormatter().format(RICH));
  });

  it('groups by resource, in the order of first appearance', () => {
    const other = recordOf({ origin: { component: 'other' } });
    const batch = JSON.parse(otlpBatch()([RICH, other, RICH])) as {
      resourceLogs: { scopeLogs: { logRecords: object[] }[] }[];
    };
    expect(batch.resourceLogs.map(({ scopeLogs }) => scopeLogs.map(({ logRecords }) => logRecords.length))).toEqual([
      [2],
      [1],
    ]);
  });

  it('is an envelope without content for no record', () => {
    expect(otlpBatch()([])).toBe('{"resourceLogs":[]}');
  });
});
