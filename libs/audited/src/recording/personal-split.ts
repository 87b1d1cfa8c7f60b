import type { AuditActor } from '../event/audit-event.js';
import { valueAt, withoutValueAt } from '../event/json-pointer.js';
import type { JsonObject, JsonValue } from '../event/json-value.js';

/** Facts of an actor that tell who the person is. */
const PERSONAL_ACTOR_FIELDS = ['email', 'ip', 'name', 'userAgent'] as const;

/** Takes the personal facts of an actor, and of those it acts for, out into `personal`. */
export function splitActor(actor: AuditActor, personal: Record<string, JsonValue>, pointer = '/actor'): AuditActor {
  const { email, ip, name, userAgent, onBehalfOf, ...rest } = actor;
  const taken = { email, ip, name, userAgent };
  for (const field of PERSONAL_ACTOR_FIELDS) {
    const value = taken[field];
    if (value !== undefined) {
      personal[`${pointer}/${field}`] = value;
    }
  }
  if (onBehalfOf === undefined) {
    return rest;
  }
  return { ...rest, onBehalfOf: splitActor(onBehalfOf, personal, `${pointer}/onBehalfOf`) };
}

/** Takes the values at the given pointers out of the details into `personal`. */
export function splitDetails(
  details: JsonObject,
  pointers: readonly string[],
  personal: Record<string, JsonValue>,
): JsonObject {
  let rest: JsonObject = { details };
  for (const pointer of pointers) {
    const value = valueAt(rest, pointer);
    if (pointer.startsWith('/details/') && value !== undefined) {
      personal[pointer] = value;
      rest = withoutValueAt(rest, pointer);
    }
  }
  return rest['details'] as JsonObject;
}
