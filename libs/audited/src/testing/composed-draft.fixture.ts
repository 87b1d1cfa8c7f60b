import type { AuditDraft } from '../event/audit-draft.js';
import type { AuditEvent } from '../event/audit-event.js';
import { canonicalEvent } from '../event/canonical-event.js';
import type { Clock } from '../event/clock.js';
import type { JsonObject } from '../event/json-value.js';
import { anEvent } from './audit-event.fixture.js';

/** Composes drafts of custody as the module does, without catalogue and redaction. */
export function draftComposer(clock: Clock) {
  return (draft: AuditDraft, facts: JsonObject = {}) => {
    const { type, action = type, actor = { kind: 'system' }, outcome = 'success', reason, resource, details } = draft;
    const { stage = 'outcome', causationId } = draft;
    const now = new Date(clock.now()).toISOString();
    const event: AuditEvent = anEvent({
      type,
      action,
      actor,
      stage,
      outcome,
      ...(causationId === undefined ? {} : { causationId }),
      ...(reason === undefined ? {} : { reason }),
      ...(resource === undefined ? {} : { resource }),
      occurredAt: now,
      recordedAt: now,
      details: { ...(details as JsonObject | undefined), ...facts },
    });
    return { event, body: canonicalEvent(event), atLeastRecorded: true, durability: undefined };
  };
}
