import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import {
  LEGACY_SCHEMA,
  legacyFaults,
  type LegacyProperties,
} from '../../testing/formats/reading/sentinel-legacy.schema.js';
import { SENTINEL_COLUMNS } from './sentinel-columns.js';
import { sentinelLegacyFormatter, type SentinelLegacyFormatOptions } from './sentinel-legacy.formatter.js';

const [, SYSTEM] = GOLDEN_RECORDS.find(([, { event }]) => event.type === 'system.startup') as [string, AuditRecord];
const LIMIT = 32_766;

function propertiesOf(facts: Partial<AuditEvent>, options?: SentinelLegacyFormatOptions): LegacyProperties {
  const text = sentinelLegacyFormatter(options).format({ ...SYSTEM, event: { ...SYSTEM.event, ...facts } });
  const properties = JSON.parse(text) as LegacyProperties;
  expect(legacyFaults(properties)).toEqual([]);
  return properties;
}

describe('sentinel-legacy', () => {
  it('is a flat record of what is known', () => {
    expect(JSON.parse(sentinelLegacyFormatter().format(SYSTEM))).toEqual({
      EventTime: '2026-11-02T03:04:05Z',
      OccurredAt: '2026-11-02T03:04:05.127Z',
      RecordedAt: '2026-11-02T03:04:05.147Z',
      EventId: '019aa7a1-0b7b-7000-8000-000000000007',
      EventType: 'system.startup',
      Stage: 'outcome',
      Outcome: 'success',
      Severity: 'info',
      Risk: 'low',
      Action: 'System started',
      ActorKind: 'system',
      Transport: '{"kind":"manual"}',
      Chain: 'main',
      Position: 7,
      Hash: '07'.repeat(32),
      Seal: `{"previousHash":"${'06'.repeat(32)}","scheme":"sha256-v1"}`,
    });
  });

  it.each(GOLDEN_RECORDS)('keeps the rules of the service: %s', (_name, record) => {
    expect(legacyFaults(JSON.parse(sentinelLegacyFormatter().format(record)) as LegacyProperties)).toEqual([]);
  });

  it('has the promised columns, no more than are advised', () => {
    const columns = Object.fromEntries(SENTINEL_COLUMNS.map(({ name, suffix }) => [name, suffix]));
    expect({ ...columns, CutColumns: 's' }).toEqual(LEGACY_SCHEMA.columns);
    expect(Object.keys(LEGACY_SCHEMA.columns).length).toBeLessThanOrEqual(LEGACY_SCHEMA.advisedColumns);
  });

  it('writes a document that is the body of a request', () => {
    expect(sentinelLegacyFormatter().document).toEqual({ start: '[', separator: ',\n', terminator: '', end: ']\n' });
  });

  it('keeps identifiers that look like a GUID in columns of texts', () => {
    const guid = '8145d822-13a7-44ad-859c-36f31a84f6dd';
    expect(propertiesOf({ actor: { kind: 'user', id: guid }, traceId: 'ab'.repeat(16) })).toMatchObject({
      ActorId: `text:${guid}`,
      TraceId: `text:${'ab'.repeat(16)}`,
    });
    expect(propertiesOf({ actor: { kind: 'user', id: 'u-1' } })['ActorId']).toBe('u-1');
  });

  it('writes no empty text and no address that is none', () => {
    const names = Object.keys(propertiesOf({ action: '', actor: { kind: 'user', id: '', ip: 'unknown' } }));
    expect(names).not.toContain('Action');
    expect(names.filter((name) => name.startsWith('Actor'))).toEqual(['ActorKind']);
  });

  it('tells what is not as it was', () => {
    const remarks = { truncated: [{ path: '/details/a', bytes: 9 }], spooled: true, uncatalogued: true } as const;
    expect(propertiesOf(remarks)['Remarks']).toBe(JSON.stringify(remarks));
  });

  it('keeps a causation id that is no UUID out of the column of those that are', () => {
    const properties = propertiesOf({ causationId: 'job-42' });
    expect(properties).toMatchObject({ Remarks: '{"causationId":"job-42"}' });
    expect(properties).not.toHaveProperty('CausationId');
  });

  it('adds labels', () => {
    const options = { eventTypes: { 'system.*': { labels: { team: 'billing' } } } };
    expect(propertiesOf({}, options)['Labels']).toBe('{"team":"billing"}');
  });

  it.each([-1, 0])('leaves a text alone at %d bytes from the limit', (distance) => {
    const action = 'x'.repeat(LIMIT + distance);
    const properties = propertiesOf({ action });
    expect(properties['Action']).toBe(action);
    expect(properties).not.toHaveProperty('CutColumns');
  });

  it('cuts a text at the limit, counted in bytes, and says so', () => {
    const properties = propertiesOf({ action: 'x'.repeat(LIMIT + 1), reason: `${'x'.repeat(LIMIT - 1)}é` });
    expect(properties).toMatchObject({
      Action: 'x'.repeat(LIMIT),
      Reason: 'x'.repeat(LIMIT - 1),
      CutColumns: 'Action=32767,Reason=32767',
    });
  });
});
