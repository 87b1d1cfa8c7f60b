import type { AuditEvent } from '../event/audit-event.js';
import type { AuditRecord } from '../event/audit-record.js';
import { readRecord } from '../storage/stored-record.js';
import { anAppendableEvent } from '../testing/audit-event.fixture.js';
import { sealedRecords } from '../testing/sealed-records.fixture.js';
import { recordFilter, type DestinationFilter } from './destination-filter.js';

function aRecord(facts: Partial<AuditEvent> = {}, chain = 'main'): AuditRecord {
  return sealedRecords([anAppendableEvent(facts)], chain).map(readRecord)[0]!;
}

describe('The filter of a destination', () => {
  it.each<[string, DestinationFilter, Partial<AuditEvent>, boolean]>([
    ['everything by default', {}, {}, true],
    ['a type', { types: ['deploy.completed'] }, {}, true],
    ['another type', { types: ['deploy.failed'] }, {}, false],
    ['a beginning', { types: ['deploy.*'] }, {}, true],
    ['a beginning of others', { types: ['auth.*'] }, {}, false],
    ['one of several', { types: ['auth.*', 'deploy.completed'] }, {}, true],
    ['all but', { types: ['!auth.*'] }, {}, true],
    ['all but this', { types: ['!deploy.*'] }, {}, false],
    ['some but not one', { types: ['deploy.*', '!deploy.completed'] }, {}, false],
    ['severity at least', { minSeverity: 'info' }, {}, true],
    ['severity too low', { minSeverity: 'warning' }, {}, false],
    ['severity higher', { minSeverity: 'warning' }, { severity: 'critical' }, true],
    ['risk at least', { minRisk: 'high' }, { risk: 'critical' }, true],
    ['risk too low', { minRisk: 'medium' }, {}, false],
    ['an outcome', { outcomes: ['denied', 'success'] }, {}, true],
    ['another outcome', { outcomes: ['denied'] }, {}, false],
    ['a tenant', { tenants: ['acme'] }, { actor: { kind: 'user', tenantId: 'acme' } }, true],
    ['another tenant', { tenants: ['acme'] }, { actor: { kind: 'user', tenantId: 'other' } }, false],
    ['no tenant', { tenants: ['acme'] }, {}, false],
    ['a classification', { classifications: ['secret'] }, { dataClassification: 'secret' }, true],
    ['another classification', { classifications: ['secret'] }, { dataClassification: 'public' }, false],
    ['no classification', { classifications: [null] }, {}, true],
    ['a chain', { chains: ['main'] }, {}, true],
    ['another chain', { chains: ['acme'] }, {}, false],
    ['all of several', { types: ['deploy.*'], minSeverity: 'error' }, {}, false],
    ['anything else', { where: ({ event }) => event.actor.id === 'u-1' }, {}, true],
    ['nothing else', { where: () => false }, {}, false],
  ])('lets through by %s', (_what, filter, facts, expected) => {
    expect(recordFilter('filter', filter)(aRecord(facts))).toBe(expected);
  });

  it('lets checkpoints through whatever it says', () => {
    const closed = { types: ['nothing'], minSeverity: 'critical', chains: ['other'], where: () => false } as const;
    expect(recordFilter('filter', closed)(aRecord({ type: 'audit.checkpoint' }))).toBe(true);
  });

  it('sends in doubt', () => {
    const where = (): boolean => {
      throw new Error('bug');
    };
    expect(recordFilter('filter', { where })(aRecord())).toBe(true);
  });

  it.each<[string, object]>([
    ['filter.types', { types: [] }],
    ['filter.types', { types: 'deploy.*' }],
    ['filter.types', { types: ['*.completed'] }],
    ['filter.types', { types: ['deploy.* '] }],
    ['filter.types', { types: ['!'] }],
    ['filter.types', { types: [''] }],
    ['filter.minSeverity', { minSeverity: 'warn' }],
    ['filter.minRisk', { minRisk: 3 }],
    ['filter.outcomes', { outcomes: ['failed'] }],
    ['filter.tenants', { tenants: [''] }],
    ['filter.chains', { chains: [7] }],
    ['filter.where', { where: 'true' }],
    ['filter.severity', { severity: 'info' }],
  ])('refuses %s when it is wrong, naming the cure', (option, filter) => {
    expect(() => recordFilter('filter', filter as DestinationFilter)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', option }),
    );
  });
});
