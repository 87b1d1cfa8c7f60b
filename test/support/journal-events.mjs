// Events whose process, order and completeness can be told from their lines.
import { randomUUID } from 'node:crypto';
import { anEvent as aFixtureEvent } from 'nestjs-audited/testing';

export { canonicalJson } from '../../libs/audited/dist/esm/event/canonical-json.js';

const instanceId = randomUUID();

/** @param number tells how much is in it: lines of many lengths */
export function anEvent(number) {
  return aFixtureEvent({
    recordedAt: new Date().toISOString(),
    origin: { instanceId },
    details: { filler: 'ä\n'.repeat((number * 37) % 400) },
  });
}
