import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { FORMAT_NAMES, createFormatter } from '../../formats/event-formatters.js';
import type { EventFormatter } from '../../formats/event-formatter.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { hecEnvelope } from './hec-envelope.js';
import type { SplunkHecOptions } from './splunk-hec.options.js';
import { splunkHecSettings } from './splunk-hec.options.js';

const [[, FULL]] = GOLDEN_RECORDS as [(typeof GOLDEN_RECORDS)[number]];
const JSONL = createFormatter('jsonl');

function aRecord(facts: Partial<AuditEvent> = {}): AuditRecord {
  return { ...FULL, event: { ...FULL.event, ...facts } };
}

function textOf(
  record: AuditRecord,
  options: Partial<SplunkHecOptions> = {},
  formatter: EventFormatter = JSONL,
): string {
  const settings = splunkHecSettings({ url: 'https://splunk.example.com:8088', token: 'secret-token', ...options });
  return hecEnvelope(settings)(record, formatter);
}

function envelopeOf(...given: Parameters<typeof textOf>): Record<string, unknown> {
  return JSON.parse(textOf(...given)) as Record<string, unknown>;
}

function formatterOf(contentType: string, text: string): EventFormatter {
  return { ...JSONL, contentType, format: () => text };
}

describe('The time of an envelope', () => {
  it.each([
    ['2026-11-21T18:51:39.123Z', '1795287099.123'],
    ['2026-11-21T18:51:39.100Z', '1795287099.100'],
    ['2026-11-21T18:51:39.000Z', '1795287099.000'],
    ['1969-12-31T23:59:59.500Z', '-0.500'],
  ])('of %s is %s', (occurredAt, time) => {
    expect(textOf(aRecord({ occurredAt }))).toMatch(new RegExp(`^{"time":${time.replace('.', '\\.')},`));
  });

  it('is left out where the event has none that can be read', () => {
    expect(envelopeOf(aRecord({ occurredAt: 'yesterday' }))).not.toHaveProperty('time');
  });
});

describe('The event of an envelope', () => {
  it.each(FORMAT_NAMES)('holds every record in the format %s', (name) => {
    const formatter = createFormatter(name);
    for (const [, record] of GOLDEN_RECORDS) {
      const text = formatter.format(record);
      const { event } = envelopeOf(record, {}, formatter);
      expect(event).toEqual(formatter.contentType.includes('json') ? JSON.parse(text) : text);
    }
  });

  it('keeps the JSON of the format byte for byte', () => {
    const text = '{"b":1.0,"a":{"9":1,"1":2},"b":12345678901234567890}';
    expect(textOf(FULL, {}, formatterOf('application/x-ndjson', text))).toContain(`"event":${text},`);
  });

  it.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['application/x-ndjson', true],
    ['application/jsonl', true],
    ['application/cloudevents+json', true],
    ['text/plain', false],
    ['text/csv; charset=utf-8', false],
    ['application/jsonish', false],
  ])('of the type %s is JSON: %s', (contentType, isJson) => {
    const { event } = envelopeOf(FULL, {}, formatterOf(contentType, '{"a":1}'));
    expect(event).toEqual(isJson ? { a: 1 } : '{"a":1}');
  });

  it.each([
    '{"a":1',
    '{"a":1},{"event":"forged"}',
    '{"a":1}{"event":"forged"}',
    '[1]',
    '"x"',
    '1',
    'null',
    "{'a':1}",
    '',
  ])('is one text where a format calls %j JSON', (text) => {
    expect(envelopeOf(FULL, {}, formatterOf('application/json', text))['event']).toBe(text);
  });

  it('is a text of one line, whatever the format puts into it', () => {
    const text = 'a\nb\r\u2028\u0000\u007f"\\\ud800';
    const envelope = textOf(FULL, {}, formatterOf('text/plain', text));
    expect(envelope).toMatch(/^[^\n\r\u2028\u007f]+$/);
    expect((JSON.parse(envelope) as { event: string }).event).toBe('a\nb\r\u2028\u0000\u007f"\\\ufffd');
  });
});

describe('The metadata of an envelope', () => {
  it('is left out where nothing is set, so that the token decides', () => {
    const record = aRecord({ origin: {} });
    expect(Object.keys(envelopeOf(record))).toEqual(['time', 'event', 'fields']);
  });

  it('is the host of the event unless one is set', () => {
    expect(envelopeOf(FULL)).toMatchObject({ host: 'api-1.example.com' });
    expect(envelopeOf(FULL, { host: 'gateway' })).toMatchObject({ host: 'gateway' });
    expect(envelopeOf(aRecord({ origin: { host: '' } }))).not.toHaveProperty('host');
  });

  it('stands in every envelope', () => {
    const metadata = { host: 'h"1', source: 's', sourcetype: 'audited:json', index: 'audit' };
    expect(envelopeOf(FULL, metadata)).toMatchObject(metadata);
    expect(envelopeOf(FULL, metadata)).toMatchObject(metadata);
  });

  it('has the index that a function gives for the record, and none where it gives none', () => {
    const index = ({ event }: AuditRecord): string | undefined => (event.risk === 'high' ? 'audit_high' : undefined);
    expect(envelopeOf(aRecord({ risk: 'high' }), { index })).toMatchObject({ index: 'audit_high' });
    expect(envelopeOf(aRecord({ risk: 'low' }), { index })).not.toHaveProperty('index');
    expect(envelopeOf(FULL, { index: () => '' })).not.toHaveProperty('index');
  });
});

describe('The indexed fields of an envelope', () => {
  it('name the event and its place, and what the options add', () => {
    expect(envelopeOf(FULL, { fields: { team: 'payments' } })['fields']).toEqual({
      audit_event_id: FULL.event.id,
      audit_event_type: FULL.event.type,
      audit_chain: FULL.seal.chain,
      audit_position: FULL.seal.position,
      team: 'payments',
    });
  });
});
