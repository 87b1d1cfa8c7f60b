import type { AuditDraft } from '../../event/audit-draft.js';
import type { LossReport } from './loss-ledger.js';

/** The event that says how many events were lost, when and why: an honest gap instead of a silent one. */
export function lossDraft({ events, causes, from, to }: LossReport): AuditDraft {
  return {
    type: 'audit.loss',
    outcome: 'failure',
    actor: { kind: 'system' },
    action: `${events} audit ${events === 1 ? 'event was' : 'events were'} lost`,
    reason: Object.keys(causes).sort().join(', '),
    details: { events, causes, from, to },
  };
}
