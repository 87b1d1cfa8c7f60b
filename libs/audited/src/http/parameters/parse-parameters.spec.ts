import fc from 'fast-check';
import { checkQuery, type AuditQuery } from '../../storage/audit-query.js';
import { FILTER_PARAMETERS } from './filter-parameters.js';
import { parseParameters } from './parse-parameters.js';
import { queryPairs } from './query-string.js';
import { ROUTE_PARAMETERS } from './route-parameters.js';

const EVERYBODY = { maySeePersonal: true };
const OF_EVENTS = ROUTE_PARAMETERS.events;

const parsed = (query: string): unknown =>
  parseParameters(OF_EVENTS, queryPairs({ url: `/events?${query}`, method: 'GET', headers: {} }), EVERYBODY);

describe('parameters', () => {
  it('reads lists, escapes, numbers, times and negations', () => {
    expect(
      parsed(
        String.raw`type=deploy.*,auth.login&not.status=404,5xx&limit=5&total=true&from=2026-11-21T00:00:00Z&route=a\,b\\`,
      ),
    ).toEqual({
      type: ['deploy.*', 'auth.login'],
      not: { status: [404, '5xx'] },
      limit: 5,
      total: true,
      from: new Date('2026-11-21T00:00:00Z'),
      route: String.raw`a,b\ `.trim(),
    });
  });

  it('every example of the table is understood, alone, by the parser and by the query', () => {
    for (const { name, example } of OF_EVENTS.filter((one) => one.name !== 'cursor')) {
      const query = parsed(`${name}=${encodeURIComponent(example)}`) as AuditQuery;
      expect(() => checkQuery(query)).not.toThrow();
    }
    for (const set of Object.values(ROUTE_PARAMETERS)) {
      for (const { name, example } of set) {
        expect(() => parseParameters(set, [[name, example]], EVERYBODY)).not.toThrow();
      }
    }
  });

  it('any list of texts comes back as it was meant', () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 50 })
      .filter((value) => value.trim() !== '' && !value.includes('\0') && value.isWellFormed());
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), (values) => {
        const written = values.map((value) => value.replaceAll('\\', '\\\\').replaceAll(',', String.raw`\,`)).join(',');
        expect(parsed(`actorId=${encodeURIComponent(written)}`)).toEqual({ actorId: values });
      }),
    );
  });

  it('whatever is given, it is understood or refused by name, and nothing of it reaches a prototype', () => {
    const name = fc.oneof(
      fc.constantFrom(...OF_EVENTS.map((one) => one.name), '__proto__', 'constructor', 'not.__proto__', 'not'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string()), { maxLength: 5 }), (pairs) => {
        try {
          const values = parseParameters(OF_EVENTS, pairs, EVERYBODY);
          expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
        } catch (error) {
          expect(error).toMatchObject({ problem: { status: 400, parameter: expect.any(String) } });
        }
      }),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('asks for the permission before it looks at a personal value', () => {
    const personal = FILTER_PARAMETERS.filter(({ isPersonal }) => isPersonal === true).map(({ name }) => name);
    expect(personal).toEqual(['actorEmail', 'ip']);
    for (const name of personal.flatMap((one) => [one, `not.${one}`])) {
      expect(() => parseParameters(OF_EVENTS, [[name, '']], { maySeePersonal: false })).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ status: 403, permission: 'read-personal' }) }),
      );
    }
  });
});
