import fc from 'fast-check';
import { checkQuery, MAX_PAGE_RECORDS, type AuditQuery } from './audit-query.js';

const queried = (query: object) => checkQuery(query as AuditQuery);

describe('checkQuery', () => {
  it('reads a page of 100 when nothing is asked for', () => {
    expect(checkQuery({})).toStrictEqual({ limit: 100, equals: [] });
  });

  it('names the column of every filter', () => {
    const query = {
      chain: 'main',
      type: 'a.b',
      outcome: 'denied',
      severity: 'error',
      actorId: 'u',
      resourceType: 'invoice',
      resourceId: 'i',
      correlationId: 'c',
      sessionId: 's',
      tenantId: 't',
    };
    expect(queried(query).equals).toStrictEqual([
      ['chain', 'main'],
      ['type', 'a.b'],
      ['outcome', 'denied'],
      ['severity', 'error'],
      ['actor_id', 'u'],
      ['resource_type', 'invoice'],
      ['resource_id', 'i'],
      ['correlation_id', 'c'],
      ['session_id', 's'],
      ['tenant_id', 't'],
    ]);
  });

  it('hands times on as they are stored, and a cursor as a number', () => {
    const from = new Date('2026-11-21T20:00:00+02:00');
    const to = new Date('2026-11-22T00:00:00Z');
    expect(checkQuery({ from, to, cursor: '42', limit: 7 })).toStrictEqual({
      limit: 7,
      equals: [],
      beforeSequence: 42,
      from: '2026-11-21T18:00:00.000Z',
      to: '2026-11-22T00:00:00.000Z',
    });
  });

  it('treats a filter that is undefined as absent', () => {
    expect(queried({ type: undefined, from: undefined, cursor: undefined, limit: undefined })).toStrictEqual({
      limit: 100,
      equals: [],
    });
  });

  it.each([
    ['limit', 0],
    ['limit', -1],
    ['limit', 1.5],
    ['limit', '10'],
    ['limit', Number.NaN],
    ['limit', MAX_PAGE_RECORDS + 1],
    ['limit', null],
    ['cursor', ''],
    ['cursor', '0'],
    ['cursor', '-1'],
    ['cursor', '01'],
    ['cursor', '1e3'],
    ['cursor', '9007199254740993'],
    ['cursor', '12345678901234567'],
    ['cursor', 5],
    ['cursor', "1' OR '1'='1"],
    ['type', ''],
    ['type', ['a', 'b']],
    ['actorId', { $ne: '' }],
    ['outcome', null],
    ['from', 'yesterday'],
    ['from', new Date(Number.NaN)],
    ['to', 0],
    ['actor', 'u-1'],
    ['__proto__x', 'u-1'],
    ['toString', 'u-1'],
  ])('refuses %s = %p, naming the parameter and the cure', (parameter, value) => {
    expect(() => queried({ [parameter]: value })).toThrow(
      expect.objectContaining({
        code: 'AUDIT_QUERY_INVALID',
        parameter,
        message: expect.stringMatching(/\. [A-Z].*\.$/) as string,
      }),
    );
  });

  it('accepts every page size up to the largest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_PAGE_RECORDS }), (limit) => {
        expect(checkQuery({ limit }).limit).toBe(limit);
      }),
    );
  });
});
