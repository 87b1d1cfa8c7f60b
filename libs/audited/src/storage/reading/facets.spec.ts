import type { AuditEvent } from '../../event/audit-event.js';
import { anEvent } from '../../testing/audit-event.fixture.js';
import { FACETS, facetsOf, facetValue, type FacetedRecord } from './facets.js';

const facetsIn = (facts: Partial<AuditEvent>, rest: Partial<FacetedRecord> = {}) => {
  const names = new Map(FACETS.map(({ facet, filter }) => [facet, filter]));
  const origin = {};
  const record = { chain: 'main', event: anEvent({ origin, ...facts }), personal: undefined, ...rest };
  // Those of time are tried by themselves.
  return facetsOf(record).flatMap(([facet, value]) => (names.has(facet) ? [[names.get(facet), value]] : []));
};

describe('facetsOf', () => {
  it('gives every value that a record is found by', () => {
    const personal = { '/actor/email': 'a@example.com', '/actor/ip': '192.0.2.1' };
    const facts: Partial<AuditEvent> = {
      sessionId: 's-1',
      traceId: 't-1',
      actor: { kind: 'service', tenantId: 'acme' },
      origin: { component: 'api', environment: 'test' },
      changes: [{ field: 'name' }, { field: 'size' }],
      transport: { kind: 'http', method: 'GET', path: '/a', route: '/:id', status: 404 },
    };
    expect(facetsIn(facts, { chain: 'acme', personal })).toStrictEqual([
      ['sessionId', 's-1'],
      ['traceId', 't-1'],
      ['actorEmail', 'a@example.com'],
      ['ip', '192.0.2.1'],
      ['changedField', 'name'],
      ['changedField', 'size'],
      ['status', '404'],
      ['status', '4xx'],
      ['route', '/:id'],
      ['tenantId', 'acme'],
      ['actorKind', 'service'],
      ['component', 'api'],
      ['environment', 'test'],
      ['chain', 'acme'],
    ]);
  });

  it('keeps no row for words that most records have', () => {
    const transport = { kind: 'http', method: 'GET', path: '/a', status: 200 } as const;
    expect(facetsIn({ transport })).toStrictEqual([]);
    expect(facetsIn({ transport, outcome: 'denied', risk: 'high', severity: 'error', stage: 'intent' })).toStrictEqual([
      ['outcome', 'denied'],
      ['severity', 'error'],
      ['risk', 'high'],
      ['stage', 'intent'],
    ]);
    expect(facetsIn({ transport: { ...transport, status: 202 } })).toStrictEqual([['status', '202']]);
  });

  it('names a field that changed twice once', () => {
    expect(
      facetsIn({ transport: { kind: 'http', method: 'GET', path: '' }, changes: [{ field: 'a' }, { field: 'a' }] }),
    ).toStrictEqual([['changedField', 'a']]);
  });

  it('has a number of its own for every facet', () => {
    expect(new Set(FACETS.map(({ facet }) => facet)).size).toBe(FACETS.length);
  });
});

describe('facetValue', () => {
  it('keeps values of up to 128 characters as they are', () => {
    expect(facetValue('x'.repeat(128))).toBe('x'.repeat(128));
  });

  it('cuts longer ones and tells them apart', () => {
    const first = facetValue(`${'x'.repeat(10_000)}a`);
    const second = facetValue(`${'x'.repeat(10_000)}b`);
    expect(first).toMatch(/^x{96}[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
  });

  it('cuts no surrogate pair in two', () => {
    expect(facetValue(`${'x'.repeat(95)}${'😀'.repeat(40)}`).isWellFormed()).toBe(true);
  });
});
