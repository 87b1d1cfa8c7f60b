import type { AuditEvent } from '../event/audit-event.js';
import type { AppendableEvent } from '../storage/audit-store.js';
import { canonicalEvent } from '../event/canonical-event.js';
import { canonicalJson } from '../event/canonical-json.js';
import { EventIds } from '../event/event-id.js';
import { personalCommitment } from '../integrity/personal-commitment.js';

const ids = new EventIds();
const FIXED_TIME = '2026-11-21T18:51:39.123Z';

/** A complete event for tests; give what the test is about. */
export function anEvent(facts: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: ids.next(Date.parse(FIXED_TIME)),
    occurredAt: FIXED_TIME,
    recordedAt: FIXED_TIME,
    type: 'deploy.completed',
    stage: 'outcome',
    severity: 'info',
    risk: 'low',
    outcome: 'success',
    actor: { kind: 'user', id: 'u-1', roles: ['developer'] },
    action: 'Deployment completed',
    origin: { component: 'api', environment: 'test' },
    transport: { kind: 'manual' },
    ...facts,
  };
}

/** An event ready to be appended to a store; `personal` values are committed to and set apart. */
export function anAppendableEvent(
  facts: Partial<AuditEvent> = {},
  personal?: Readonly<Record<string, string>>,
): AppendableEvent {
  if (personal === undefined) {
    return { body: canonicalEvent(anEvent(facts)) };
  }
  const salt = '00112233445566778899aabbccddeeff';
  const text = canonicalJson(personal);
  const event = anEvent({ ...facts, personal: personalCommitment(salt, text) });
  return { body: canonicalEvent(event), personal: text, salt };
}
