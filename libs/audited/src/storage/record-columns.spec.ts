import { anEvent } from '../testing/audit-event.fixture.js';
import { columnValues, PERSONAL_COLUMNS, RECORD_COLUMN_NAMES } from './record-columns.js';

const columnsOf = (...parameters: Parameters<typeof columnValues>) =>
  Object.fromEntries(columnValues(...parameters).map((value, index) => [RECORD_COLUMN_NAMES[index], value]));

describe('the search columns', () => {
  it('repeat every fact that records are filtered by', () => {
    const event = anEvent({
      actor: { kind: 'user', id: 'u-1', tenantId: 't-1' },
      resource: { type: 'invoice', id: 'i-1', name: 'March' },
      sessionId: 's-1',
      correlationId: 'c-1',
      traceId: 'f'.repeat(32),
      origin: { component: 'api', environment: 'test', host: 'not a column' },
      transport: { kind: 'http', method: 'GET', path: '/invoices/1', route: '/invoices/:id', status: 404 },
    });
    expect(
      columnsOf(event, { '/actor/email': 'zoe@example.com', '/actor/ip': '::1', '/details/phone': '1' }),
    ).toStrictEqual({
      id: event.id,
      occurred_at: '2026-11-21T18:51:39.123Z',
      recorded_at: '2026-11-21T18:51:39.123Z',
      type: 'deploy.completed',
      stage: 'outcome',
      severity: 'info',
      risk: 'low',
      outcome: 'success',
      actor_id: 'u-1',
      actor_kind: 'user',
      actor_email: 'zoe@example.com',
      actor_ip: '::1',
      tenant_id: 't-1',
      resource_type: 'invoice',
      resource_id: 'i-1',
      session_id: 's-1',
      correlation_id: 'c-1',
      trace_id: 'f'.repeat(32),
      component: 'api',
      environment: 'test',
      transport: 'http',
      route: '/invoices/:id',
      status: 404,
    });
  });

  it('are null where the event has no such fact', () => {
    const columns = columnsOf(anEvent({ actor: { kind: 'anonymous' }, origin: {} }), undefined);
    const empty = Object.entries(columns).flatMap(([name, value]) => (value === null ? [name] : []));
    expect(empty).toStrictEqual([
      'actor_id',
      'actor_email',
      'actor_ip',
      'tenant_id',
      'resource_type',
      'resource_id',
      'session_id',
      'correlation_id',
      'trace_id',
      'component',
      'environment',
      'route',
      'status',
    ]);
  });

  it('have no route and no status when an HTTP exchange had none', () => {
    const transport = { kind: 'http', method: 'GET', path: '/' } as const;
    expect(columnsOf(anEvent({ transport }), undefined)).toMatchObject({
      transport: 'http',
      route: null,
      status: null,
    });
  });

  it('take personal facts from the personal part only, and only when they are texts', () => {
    expect(columnsOf(anEvent({ actor: { kind: 'user', email: 'in-the-body@example.com' } }), undefined)).toMatchObject({
      actor_email: null,
    });
    expect(columnsOf(anEvent(), { '/actor/email': { not: 'a text' }, '/actor/ip': null })).toMatchObject({
      actor_email: null,
      actor_ip: null,
    });
  });

  it('say which of them are emptied when a person is erased', () => {
    const full = columnsOf(anEvent(), { '/actor/email': 'a', '/actor/ip': 'b' });
    const erased = columnsOf(anEvent(), undefined);
    const emptied = Object.keys(full).filter((name) => full[name] !== null && erased[name] === null);
    expect(emptied).toStrictEqual([...PERSONAL_COLUMNS]);
  });
});
