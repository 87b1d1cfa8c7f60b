import type { AuditRecord } from 'nestjs-audited';
import { anEvent } from 'nestjs-audited/testing';
import { recordLine, widthsOf } from './record-text.js';
import { printable } from './terminal.js';

const seal = { chain: 'main', position: 5, previousHash: '', hash: '', scheme: '' };

function aRecord(facts: Parameters<typeof anEvent>[0], marks: Partial<AuditRecord> = {}): AuditRecord {
  return { event: anEvent({ occurredAt: '2026-11-21T18:51:39.123Z', ...facts }), seal, ...marks };
}

describe('a record in a line', () => {
  it('is time, severity, outcome, type, actor, resource and action', () => {
    const record = aRecord({
      type: 'deploy.completed',
      severity: 'info',
      outcome: 'success',
      actor: { kind: 'user', id: 'u-1', email: 'ada@example.com' },
      resource: { type: 'deployment', id: 'd-42' },
      action: 'Deployment completed',
    });
    expect(recordLine(record).split(/ {2,}/)).toEqual([
      '2026-11-21T18:51:39.123Z',
      'info',
      'success',
      'deploy.completed',
      'u-1 (ada@example.com)',
      'deployment/d-42',
      'Deployment completed',
    ]);
  });

  it('stays one line, and harmless, whatever stands in the record', () => {
    const line = recordLine(aRecord({ action: 'a\nb\tc\u001b[31m\u202e', actor: { kind: 'user', id: 'x\ny' } }));
    expect(printable(line)).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(line).toContain(String.raw`a\nb\tc`);
    expect(printable(line)).toContain(String.raw`\u001b[31m\u202e`);
  });

  it('says what kind of actor where nobody has a name, and that something is missing', () => {
    const record = aRecord({ actor: { kind: 'anonymous' }, stage: 'intent' }, { erased: true, masked: true });
    expect(recordLine(record)).toMatch(/ anonymous .*\(intent, personal data erased, personal data masked\)$/);
  });

  it('stands in columns on a page, but none so wide that nothing else is seen', () => {
    const records = [aRecord({ type: 'a.b' }), aRecord({ type: 'x'.repeat(80) }), aRecord({ type: 'a.long.one' })];
    const { type } = widthsOf(records);
    expect(type).toBe(40);
    expect(widthsOf([])).toEqual({ type: 0, actor: 0, resource: 0 });
    const [first = '', , third = ''] = records.map((record) => recordLine(record, widthsOf(records)));
    const actor = records[0]?.event.actor.id ?? '';
    expect(first.indexOf(actor)).toBe(third.indexOf(actor));
  });
});
