import { anAppendableEvent } from 'nestjs-audited/testing';
import { sampleDraft } from './sample-draft.mjs';

let made = 0;

/** The event of the benchmarks as a store takes it, each with an id of its own. */
export function sampleEvent() {
  const { type, action, actor, resource, details, transport, correlationId, durationMs } = sampleDraft(made++);
  const { email, ip, userAgent, ...known } = actor;
  return anAppendableEvent(
    { type, action, actor: known, resource, details, transport, correlationId, durationMs },
    { '/actor/email': email, '/actor/ip': ip, '/actor/userAgent': userAgent },
  );
}

export function sampleEvents(count) {
  return Array.from({ length: count }, sampleEvent);
}
