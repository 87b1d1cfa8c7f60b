import type { AuditStatistics } from 'nestjs-audited/custody';
import { sayStatistics } from './statistics-text.js';
import { Terminal } from './terminal.js';

function said(statistics: Partial<AuditStatistics>): string {
  let out = '';
  const terminal = new Terminal(false, false, (_descriptor, bytes, from) => {
    out += Buffer.from(bytes.subarray(from)).toString();
    return bytes.length - from;
  });
  const nothing = { byType: {}, bySeverity: {}, byOutcome: {}, byRisk: {}, byEnvironment: {} };
  sayStatistics(terminal, { total: 0, ...nothing, topActors: [], topResources: [], ...statistics });
  return out;
}

describe('statistics as text', () => {
  it('name the most frequent first, and say where there is no name', () => {
    const text = said({
      total: 13,
      oldest: '2026-11-01T00:00:00.000Z',
      newest: '2026-11-02T00:00:00.000Z',
      storageBytes: 2_621_440,
      byType: { 'a.b': 3, 'c.d': 10 },
      byEnvironment: { '': 13 },
      topResources: [{ type: 'deployment', id: 'd-1', count: 2 }],
    });
    expect(text).toBe(
      '13 record(s), from 2026-11-01T00:00:00.000Z to 2026-11-02T00:00:00.000Z\n2.5 MiB in the database\n' +
        '\nby type\n  10  c.d\n   3  a.b\n\nby environment\n  13  (none)\n\nresources\n  2  deployment/d-1\n',
    );
  });

  it('draw a histogram in which something is never nothing', () => {
    const histogram = [1000, 0, 1].map((count, day) => ({ start: `2026-11-0${day + 1}T00:00:00Z`, count }));
    expect(said({ histogram }).split('\n').slice(2, 5)).toEqual([
      `2026-11-01T00:00:00Z  1000  ${'#'.repeat(40)}`,
      '2026-11-02T00:00:00Z     0',
      '2026-11-03T00:00:00Z     1  #',
    ]);
  });

  it('stay harmless whatever an actor is called', () => {
    expect(said({ topActors: [{ id: 'a\nb\u001b[2J', count: 1 }] })).toContain(String.raw`1  a b\u001b[2J`);
  });
});
