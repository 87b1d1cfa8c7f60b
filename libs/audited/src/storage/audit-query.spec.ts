import fc from 'fast-check';
import { checkQuery, checkRecordFilters, MAX_OFFSET, MAX_PAGE_RECORDS, type AuditQuery } from './audit-query.js';
import type { ReadOptions } from './reading/read-options.js';

const queried = (query: object, options: object = {}) => checkQuery(query as AuditQuery, options as ReadOptions);

const filtersOf = (query: object) =>
  queried(query).filters.map(({ name, column, values, isNegated }) => [isNegated, name, column, ...values]);

describe('checkQuery', () => {
  it('reads a page of 100, newest first, when nothing is asked for', () => {
    expect(checkQuery({})).toStrictEqual({
      filters: [],
      terms: [],
      limit: 100,
      offset: 0,
      order: 'newest',
      total: false,
      masked: false,
      timeLimitMs: 10_000,
    });
  });

  it.each([
    ['chain', 'main', 'chain'],
    ['type', 'a.b', 'type'],
    ['stage', 'intent', 'stage'],
    ['outcome', 'denied', 'outcome'],
    ['severity', 'error', 'severity'],
    ['risk', 'critical', 'risk'],
    ['actorId', 'u', 'actor_id'],
    ['actorKind', 'system', 'actor_kind'],
    ['actorEmail', 'a@example.com', 'actor_email'],
    ['ip', '192.0.2.1', 'actor_ip'],
    ['tenantId', 't', 'tenant_id'],
    ['resourceType', 'invoice', 'resource_type'],
    ['resourceId', 'i', 'resource_id'],
    ['sessionId', 's', 'session_id'],
    ['correlationId', 'c', 'correlation_id'],
    ['traceId', 't', 'trace_id'],
    ['component', 'api', 'component'],
    ['environment', 'test', 'environment'],
    ['transport', 'job', 'transport'],
    ['route', '/:id', 'route'],
    ['status', 404, 'status'],
    ['changedField', 'name', undefined],
  ])('takes %s = %j, alone, in a list and negated', (name, value, column) => {
    const exact = { exact: value };
    expect(filtersOf({ [name]: value })).toStrictEqual([[false, name, column, exact]]);
    expect(filtersOf({ [name]: [value, value] })).toStrictEqual([[false, name, column, exact]]);
    expect(filtersOf({ not: { [name]: value } })).toStrictEqual([[true, name, column, exact]]);
  });

  it('tells the beginning of a type from the whole of it', () => {
    expect(
      queried({ type: ['deploy.*', 'a.b', String.raw`a.\*`, String.raw`a\*.*`] }).filters[0]?.values,
    ).toStrictEqual([{ prefix: 'deploy.' }, { exact: 'a.b' }, { exact: 'a.*' }, { prefix: 'a*.' }]);
  });

  it('takes classes of statuses', () => {
    expect(queried({ status: [404, '5xx'] }).filters[0]?.values).toStrictEqual([
      { exact: 404 },
      { statusClass: '5xx' },
    ]);
  });

  it('hands times on as they are stored', () => {
    const from = new Date('2026-11-21T20:00:00+02:00');
    const to = new Date('2026-11-22T00:00:00Z');
    expect(checkQuery({ from, to, cursor: 'abc', limit: 7, order: 'oldest', total: true })).toMatchObject({
      limit: 7,
      cursor: 'abc',
      order: 'oldest',
      total: true,
      from: '2026-11-21T18:00:00.000Z',
      to: '2026-11-22T00:00:00.000Z',
    });
    expect(queried({ from, to: from })).toMatchObject({ from: '2026-11-21T18:00:00.000Z' });
  });

  it('takes words and phrases of a text, folded, each once', () => {
    expect(queried({ text: ' Disk  "Is  Full" disk a"b' + '" ' }).terms).toStrictEqual(['disk', 'is full', 'a', 'b']);
  });

  it('treats what is undefined as absent', () => {
    const names = ['type', 'from', 'to', 'cursor', 'limit', 'offset', 'order', 'total', 'text', 'not'];
    const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(queried(nothing)).toStrictEqual(checkQuery({}));
    expect(filtersOf({ not: { type: undefined } })).toStrictEqual([]);
  });

  const long = 'x'.repeat(10_001);
  it.each([
    ['limit', 0],
    ['limit', -1],
    ['limit', 1.5],
    ['limit', '10'],
    ['limit', Number.NaN],
    ['limit', 1e9],
    ['limit', MAX_PAGE_RECORDS + 1],
    ['limit', null],
    ['offset', -1],
    ['offset', MAX_OFFSET + 1],
    ['offset', Number.NaN],
    ['order', 'sideways'],
    ['total', 'yes'],
    ['total', 1],
    ['cursor', ''],
    ['cursor', 5],
    ['cursor', 'x'.repeat(1001)],
    ['type', ''],
    ['type', []],
    ['type', ['a', '']],
    ['type', [['a']]],
    ['type', '*'],
    ['type', 'a*'],
    ['type', '*.a'],
    ['type', 'a.*.b'],
    ['type', 'a.*.*'],
    ['type', long],
    ['actorId', Array.from({ length: 101 }, (_, index) => `u-${index}`)],
    ['actorId', { $ne: '' }],
    ['actorId', 5],
    ['outcome', null],
    ['outcome', 'Success'],
    ['stage', 'begin'],
    ['severity', 'fatal'],
    ['risk', 'none'],
    ['actorKind', 'robot'],
    ['transport', 'smtp'],
    ['transport', 'toString'],
    ['status', Number.NaN],
    ['status', '404'],
    ['status', '6xx'],
    ['status', 99],
    ['status', 40.4],
    ['from', 'yesterday'],
    ['from', new Date(Number.NaN)],
    ['from', new Date('+010000-01-01T00:00:00Z')],
    ['to', 0],
    ['text', ''],
    ['text', ' \t'],
    ['text', 5],
    ['text', 'a "b'],
    ['text', 'a ""'],
    ['text', 'x'.repeat(1001)],
    ['text', Array.from({ length: 21 }, (_, index) => `w${index}`).join(' ')],
    ['not', 'type'],
    ['not', null],
    ['not', []],
    ['actor', 'u-1'],
    ['toString', 'u-1'],
    ['constructor', 'u-1'],
    ['__proto__x', 'u-1'],
  ])('refuses %s = %j, naming the parameter and the cure', (parameter, value) => {
    expect(() => queried({ [parameter]: value })).toThrow(
      expect.objectContaining({
        code: 'AUDIT_QUERY_INVALID',
        parameter,
        message: expect.stringMatching(/^.{1,700}\. [A-Z].*\.$/s) as string,
      }),
    );
  });

  it.each([
    ['not.actor', { not: { actor: 'u' } }],
    ['not.text', { not: { text: 'a' } }],
    ['not.type', { not: { type: '' } }],
    ['not.outcome', { not: { outcome: ['denied', 'x'] } }],
    ['__proto__', JSON.parse('{"__proto__": {"type": "a"}}') as object],
    ['not.__proto__', JSON.parse('{"not": {"__proto__": 1}}') as object],
    ['from', { from: new Date(1), to: new Date(0) }],
    ['offset', { offset: 0, cursor: 'abc' }],
    ['query', []],
    ['query', null],
  ])('names %s in the error', (parameter, query) => {
    expect(() => queried(query as object)).toThrow(expect.objectContaining({ code: 'AUDIT_QUERY_INVALID', parameter }));
  });

  it('names what is allowed', () => {
    expect(() => queried({ outcome: 'ok' })).toThrow(
      'is "ok". Allowed are: success, failure, denied, pending, unknown.',
    );
  });

  it('repeats no more than the beginning of what was given', () => {
    expect(() => queried({ outcome: 'x'.repeat(2 ** 20) })).toThrow(/^.{1,250}$/);
    expect(() => queried({ ['x'.repeat(2 ** 20)]: 1 })).toThrow(/^.{1,700}$/);
  });

  it('reads nothing that a query does not have itself', () => {
    expect(queried(Object.create({ type: 'a', limit: 5 }) as object)).toStrictEqual(checkQuery({}));
  });

  it('accepts every page size up to the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_PAGE_RECORDS }), (limit) => {
        expect(checkQuery({ limit }).limit).toBe(limit);
      }),
    );
  });
});

describe('checkQuery with read options', () => {
  it('hands on what whoever reads may see', () => {
    const { signal } = new AbortController();
    expect(queried({}, { tenants: ['a', 'a'], personal: 'masked', timeLimitMs: 5, signal })).toMatchObject({
      tenants: ['a'],
      masked: true,
      timeLimitMs: 5,
      signal,
    });
    expect(queried({}, { tenants: [] }).tenants).toStrictEqual([]);
  });

  it.each([
    ['actorEmail', { actorEmail: 'a@example.com' }],
    ['ip', { ip: '192.0.2.1' }],
    ['not.ip', { not: { ip: '192.0.2.1' } }],
    ['not.actorEmail', { not: { actorEmail: ['a@example.com'] } }],
  ])('refuses %s where personal data is masked', (parameter, query) => {
    expect(() => queried(query, { personal: 'masked' })).toThrow(
      expect.objectContaining({ code: 'AUDIT_READ_FORBIDDEN', parameter }),
    );
  });

  it.each([
    ['tenants', 'acme'],
    ['tenants[1]', ['a', '']],
    ['tenants', Array.from({ length: 1001 }, (_, index) => `t-${index}`)],
    ['personal', 'hidden'],
    ['timeLimitMs', 0],
    ['timeLimitMs', 600_001],
    ['timeLimitMs', Number.NaN],
    ['signal', {}],
    ['limit', 5],
  ])('refuses a wrong %s', (option, value) => {
    const options = { [option.replace(/\[.*/, '')]: value };
    expect(() => queried({}, options)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }));
  });
});

describe('checkRecordFilters', () => {
  it.each(['limit', 'cursor', 'offset', 'order', 'total'])('refuses %s', (parameter) => {
    expect(() => checkRecordFilters({ [parameter]: 1 } as never)).toThrow(`"${parameter}" is unknown`);
  });

  it('refuses filters that have too many values together, and names the longest', () => {
    const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `v-${index}`);
    const filters = {
      actorId: many(100),
      sessionId: many(100),
      tenantId: many(100),
      route: many(100),
      component: many(99),
    };
    expect(checkQuery({ ...filters, type: 'a' }).filters).toHaveLength(6);
    expect(() => checkQuery({ ...filters, type: ['a', 'b'] })).toThrow(/"actorId" brings the filters to 501 values/);
    expect(() => checkQuery({ not: { ...filters, type: ['a', 'b'] } })).toThrow(/"not.actorId" brings/);
  });
});
