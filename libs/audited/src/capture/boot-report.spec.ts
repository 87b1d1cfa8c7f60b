import type { CoverageMissingError } from '../event/audit.error.js';
import type { AuditDurability } from '../event/durability.js';
import type { HandlerCoverage } from './audit-policy.js';
import { reportCoverage } from './boot-report.js';
import type { HandlerEntry } from './route-table.js';

const AUDITED: HandlerCoverage = { status: 'audited', policy: { options: {}, type: 'thing.made', readers: [] } };
const UNCOVERED: HandlerCoverage = { status: 'uncovered' };

function entry(handler: string, httpMethod: string, coverage: HandlerCoverage): HandlerEntry {
  return { handler, httpMethod, stateChanging: httpMethod !== 'GET', coverage };
}

function report(entries: readonly HandlerEntry[], coverage: 'off' | 'report' | 'error'): string[] {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => lines.push(`${level}: ${message}`);
  reportCoverage(
    entries,
    coverage,
    { log: keep('log'), warn: keep('warn') },
    ({ options }) => options.durability ?? 'recorded',
  );
  return lines;
}

const ENTRIES = [
  entry('Things.make', 'POST', AUDITED),
  entry('Things.read', 'GET', UNCOVERED),
  entry('Things.ping', 'POST', { status: 'not-audited', reason: 'only a ping' }),
  entry('Things.drop', 'DELETE', UNCOVERED),
];

describe('the boot report', () => {
  it('tells what is recorded, what deliberately is not, and what was forgotten', () => {
    expect(report(ENTRIES, 'report')).toEqual([
      'log: Auditing 1 of 4 route handlers\n  recorded: Things.make',
      'log: Not audited: Things.ping (only a ping)',
      expect.stringMatching(/^warn: .*DELETE Things\.drop\. Put @Audited\(\) or @NotAudited/),
    ]);
  });

  it('names the handlers of each level', () => {
    const at = (durability: AuditDurability): HandlerCoverage => ({
      status: 'audited',
      policy: { options: { durability }, type: 'thing.made', readers: [] },
    });
    const entries = [
      entry('Things.pay', 'POST', at('required')),
      entry('Things.read', 'GET', at('best-effort')),
      entry('Things.list', 'GET', at('best-effort')),
      entry('Things.book', 'POST', at('transactional')),
    ];
    expect(report(entries, 'report')).toEqual([
      'log: Auditing 4 of 4 route handlers' +
        '\n  required: Things.pay\n  best-effort: Things.read, Things.list\n  transactional: Things.book',
    ]);
  });

  it('does not warn about reading', () => {
    expect(report([entry('Things.read', 'GET', UNCOVERED)], 'report')).toEqual(['log: Auditing 0 of 1 route handlers']);
  });

  it('is silent when it is off', () => {
    expect(report(ENTRIES, 'off')).toEqual([]);
  });

  it('refuses to boot when coverage is an error, naming the routes', () => {
    expect(() => report(ENTRIES, 'error')).toThrow(
      expect.objectContaining<Partial<CoverageMissingError>>({
        code: 'AUDIT_COVERAGE_MISSING',
        message: expect.stringContaining('DELETE Things.drop') as unknown as string,
      }),
    );
    expect(report(ENTRIES.slice(0, 3), 'error')).toHaveLength(2);
  });
});
