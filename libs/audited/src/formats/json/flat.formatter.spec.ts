import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { GOLDEN_RECORDS } from '../../testing/formats/golden-records.js';
import { flatFormatter, type FlatFormatOptions } from './flat.formatter.js';

const [, SYSTEM] = GOLDEN_RECORDS.find(([, { event }]) => event.type === 'system.startup') as [string, AuditRecord];

function entryOf(facts: Partial<AuditEvent>, options?: FlatFormatOptions): Record<string, unknown> {
  const record = { ...SYSTEM, event: { ...SYSTEM.event, ...facts } };
  return JSON.parse(flatFormatter(options).format(record)) as Record<string, unknown>;
}

describe('The flat entry', () => {
  it('has every key of system B, even of an event that knows next to nothing', () => {
    expect(flatFormatter().format(SYSTEM)).toBe(
      '{"audit_id":"019aa7a1-0b7b-7000-8000-000000000007","timestamp":"2026-11-02T03:04:05.127Z",' +
        '"event_type":"system.startup","actor":"system","resource":"","action":"System started","details":{},' +
        '"ip_address":null,"session_id":null,"risk_level":"low","platform":"","version":"","environment":"",' +
        '"outcome":"success","severity":"info","audited":{"actor":{"kind":"system"},' +
        '"recorded_at":"2026-11-02T03:04:05.147Z","stage":"outcome","transport":{"kind":"manual"},"chain":"main",' +
        `"position":7,"previous_hash":"${'06'.repeat(32)}","hash":"${'07'.repeat(32)}","scheme":"sha256-v1"}}`,
    );
  });

  it.each([
    [{ kind: 'user', id: 'u-1', email: 'a@example.com' }, 'u-1'],
    [{ kind: 'user', email: 'a@example.com' }, 'a@example.com'],
    [{ kind: 'anonymous', ip: '192.0.2.1' }, 'anonymous'],
    [{ kind: 'unknown' }, 'unknown'],
  ] as const)('names the actor %j as %s', (actor, text) => {
    expect(entryOf({ actor })['actor']).toBe(text);
  });

  it.each([
    [{ type: 'report', id: 'r-1', name: 'Fraud' }, 'report/r-1'],
    [{ type: 'report' }, 'report'],
    [{ type: 'a/b', id: 'c/d' }, 'a/b/c/d'],
  ])('names the resource %j as %s', (resource, text) => {
    expect(entryOf({ resource })).toMatchObject({ resource: text, audited: { resource } });
  });

  it('names the path of a request that concerns no resource, as system B did', () => {
    const transport = { kind: 'http', method: 'GET', route: '/reports/:id', path: '/reports/7' } as const;
    expect(entryOf({ transport })['resource']).toBe('/reports/7');
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['unknown', null],
    ['203.0.113.7:4711', null],
    ['', null],
  ])('takes %j for the address %j, and keeps what was given', (ip, address) => {
    expect(entryOf({ actor: { kind: 'user', ip } })).toMatchObject({ ip_address: address, audited: { actor: { ip } } });
  });

  it('carries labels of the application', () => {
    const options = { eventTypes: { 'system.*': { labels: { team: 'platform' } } } };
    expect(entryOf({}, options)).toMatchObject({ audited: { labels: { team: 'platform' } } });
  });
});
