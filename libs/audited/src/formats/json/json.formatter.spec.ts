import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { formattedDocument } from '../formatted-document.js';
import { jsonFormatter, type JsonFormatOptions } from './json.formatter.js';
import { jsonLinesFormatter } from './jsonl.formatter.js';

const [, SYSTEM] = GOLDEN_RECORDS.find(([, { event }]) => event.type === 'system.startup') as [string, AuditRecord];

function shapeOf(facts: Partial<AuditEvent>, options?: JsonFormatOptions): Record<string, unknown> {
  const record = { ...SYSTEM, event: { ...SYSTEM.event, ...facts } };
  return JSON.parse(jsonFormatter(options).format(record)) as Record<string, unknown>;
}

async function documentOf(records: readonly AuditRecord[]): Promise<string> {
  let text = '';
  for await (const piece of formattedDocument(jsonFormatter(), records)) text += piece;
  return text;
}

describe("System A's SIEM JSON", () => {
  it('has no key for what is absent', () => {
    expect(jsonFormatter().format(SYSTEM)).toBe(
      '{"@timestamp":"2026-11-02T03:04:05.127Z","event":{"id":"019aa7a1-0b7b-7000-8000-000000000007","kind":"event",' +
        '"category":"system","type":"system.startup","outcome":"success","severity":"info"},"message":"System started",' +
        '"audited":{"risk":"low","actor":{"kind":"system"},"recorded_at":"2026-11-02T03:04:05.147Z","stage":"outcome",' +
        `"transport":{"kind":"manual"},"chain":"main","position":7,"previous_hash":"${'06'.repeat(32)}",` +
        `"hash":"${'07'.repeat(32)}","scheme":"sha256-v1"}}`,
    );
  });

  it('has the groups of system A with their members', () => {
    const shape = shapeOf({
      actor: { kind: 'user', id: 'u-1', email: 'a@example.com', roles: [], ip: '192.0.2.1', userAgent: 'curl' },
      resource: { type: 'deployment', id: 'd-1' },
      origin: { environment: 'production', component: 'api' },
      correlationId: 'c-1',
      details: { replicas: 3, note: null },
      dataClassification: 'internal',
      error: { type: 'E', code: 'C', message: 'no' },
    });
    expect(shape).toMatchObject({
      user: { id: 'u-1', email: 'a@example.com', roles: [] },
      source: { ip: '192.0.2.1', user_agent: 'curl' },
      labels: {
        environment: 'production',
        component: 'api',
        resource_type: 'deployment',
        resource_id: 'd-1',
        correlation_id: 'c-1',
      },
      error: { message: 'no', type: 'E', code: 'C' },
      dvo: { details: { replicas: 3, note: null }, data_classification: 'internal' },
    });
  });

  it.each([
    ['deploy.completed', 'deploy'],
    ['AUTH_FAILURE', 'AUTH_FAILURE'],
    ['a.b.c', 'a'],
    ['.hidden', ''],
  ])('puts %s into the category %j', (type, category) => {
    expect(shapeOf({ type })['event']).toMatchObject({ type, category });
  });

  it('has no source for an address that is none, and keeps what was given', () => {
    const shape = shapeOf({ actor: { kind: 'user', ip: 'unknown' } });
    expect(shape).not.toHaveProperty('source');
    expect(shape).toMatchObject({ audited: { actor: { ip: 'unknown' } } });
  });

  it('writes an address as its readers take it, and keeps what was given', () => {
    expect(shapeOf({ actor: { kind: 'user', ip: '::ffff:10.1.2.3' } })).toMatchObject({
      source: { ip: '10.1.2.3' },
      audited: { actor: { ip: '::ffff:10.1.2.3' } },
    });
  });

  it.each([
    [{}, undefined],
    [{ code: 'E1' }, { code: 'E1' }],
    [{ message: '' }, { message: '' }],
  ])('writes the error %j as %j', (error, written) => {
    expect(shapeOf({ error })['error']).toEqual(written);
  });

  it("adds the application's labels, and lets the event's own facts stand", () => {
    const labels = { team: 'billing', environment: 'none', component: 'none' };
    const options = { eventTypes: { '*': { labels } } };
    expect(shapeOf({ origin: { environment: 'production' } }, options)['labels']).toEqual({
      team: 'billing',
      environment: 'production',
      component: 'none',
    });
    expect(shapeOf({ type: 'other' }, { eventTypes: { 'invoice.*': { labels } } })).not.toHaveProperty('labels');
  });
});

describe('json and jsonl', () => {
  it('are an array and lines of the same records', async () => {
    const records = GOLDEN_RECORDS.slice(0, 2).map(([, record]) => record);
    const [one, other] = records.map((record) => jsonLinesFormatter().format(record));
    expect(await documentOf(records)).toBe(`[\n${one},\n${other}\n]\n`);
  });

  it('make an array of nothing', async () => {
    expect(JSON.parse(await documentOf([]))).toEqual([]);
  });
});
