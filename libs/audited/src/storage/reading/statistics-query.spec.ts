import { QueryInvalidError } from '../../event/audit.error.js';
import type { StatisticsQuery } from './audit-statistics.js';
import { checkStatistics } from './statistics-query.js';

function refusal(query: unknown): QueryInvalidError {
  try {
    checkStatistics(query as StatisticsQuery);
  } catch (error) {
    if (error instanceof QueryInvalidError) {
      return error;
    }
    throw error;
  }
  throw new Error(`${JSON.stringify(query)} was not refused`);
}

describe('checkStatistics', () => {
  it('counts everything of a query that says nothing', () => {
    expect(checkStatistics({})).toEqual({ filters: [], top: 10, timeZone: 'UTC' });
  });

  it('takes filters, lists, beginnings of types and negation', () => {
    const { filters } = checkStatistics({ type: ['deploy.*', 'login'], not: { severity: 'debug' } });
    expect(filters).toEqual([
      { name: 'type', column: 'type', values: [{ prefix: 'deploy.' }, { exact: 'login' }], isNegated: false },
      { name: 'severity', column: 'severity', values: [{ exact: 'debug' }], isNegated: true },
    ]);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['an unknown name', { typ: 'login' }, 'typ', /is unknown.*Known are: type, /],
    ['a filter of records', { actorId: 'u-1' }, 'actorId', /is unknown/],
    ['a prototype key', JSON.parse('{"__proto__":{"type":"x"}}'), '__proto__', /is unknown/],
    ['an unknown name within not', { not: { ip: '10.0.0.1' } }, 'not.ip', /is unknown/],
    ['a list as not', { not: [] }, 'not', /is a list/],
    ['nothing as not', { not: null }, 'not', /is null/],
    ['an unknown word', { severity: 'grave' }, 'severity', /is "grave".*Allowed are: debug, /],
    ['an unknown word within not', { not: { outcome: 'ok' } }, 'not.outcome', /is "ok"/],
    ['an empty list', { type: [] }, 'type', /is an empty list/],
    ['from after to', { from: new Date(2), to: new Date(1) }, 'from', /is after "to"/],
    ['a time that is none', { from: new Date(Number.NaN) }, 'from', /valid Date.*an invalid Date/],
    ['a text as time', { to: '2026-01-01' }, 'to', /valid Date.*"2026-01-01"/],
    ['a year that does not sort', { to: new Date(8.64e15) }, 'to', /years 0 to 9999/],
    ['a top below 0', { top: -1 }, 'top', /is -1.*0 to 100/],
    ['a top that is too large', { top: 1e9 }, 'top', /is 1000000000/],
    ['a top that is no number', { top: Number.NaN }, 'top', /is NaN/],
    ['half a top', { top: 1.5 }, 'top', /is 1.5/],
    ['an unknown interval', { histogram: 'week' }, 'histogram', /is "week".*minute, hour, day/],
    ['a prototype key as interval', { histogram: 'constructor' }, 'histogram', /is "constructor"/],
    ['an unknown zone', { timeZone: 'Mars/Olympus' }, 'timeZone', /is "Mars\/Olympus".*IANA/],
    ['a zone that is no text', { timeZone: 1 }, 'timeZone', /is 1/],
    ['a beginning that no key holds', { type: `${'x'.repeat(120)}.*` }, 'type', /more than 120 bytes/],
  ])('refuses %s', (_, query, parameter, message) => {
    const error = refusal(query);
    expect([error.parameter, error.message]).toEqual([parameter, expect.stringMatching(message)]);
  });
});
