import type { AuditEvent } from '../../event/audit-event.js';
import { valueAt, withoutValueAt } from '../../event/json-pointer.js';
import type { JsonObject, JsonValue } from '../../event/json-value.js';
import { firstItems } from './bounded-list.js';

/** More pointers than this in one draft are nobody's declaration. */
const MAX_POINTERS = 64;

const NONE: readonly string[] = [];

/** Places that an event can do without, so that they can be personal. */
const REMOVABLE = /^\/(details\/.+|resource\/(id|name)|targets\/\d+\/(id|name)|reason|ticket|error\/message)$/;

/** A changed field by its name: `/changes/phone`. Its place in the list differs from event to event. */
const CHANGED_FIELD = /^\/changes\/([^/]+)$/;

/** Pointers of a catalogue and of a draft, each once. What is no list of texts counts for nothing. */
export function personalPointers(ofCatalogue: readonly string[] | undefined, ofDraft: unknown): readonly string[] {
  const given = Array.isArray(ofDraft) ? firstItems(ofDraft as unknown[], MAX_POINTERS) : [];
  const texts = given.filter((pointer) => typeof pointer === 'string');
  return ofCatalogue === undefined && texts.length === 0 ? NONE : [...new Set([...(ofCatalogue ?? []), ...texts])];
}

/**
 * Takes the values at the given pointers out of an event into `personal`. A pointer to nothing, or to what an event
 * cannot be without, has no effect.
 */
export function splitEvent<Event extends AuditEvent>(
  event: Event,
  pointers: readonly string[],
  personal: Record<string, JsonValue>,
): Event {
  let rest = event as unknown as JsonObject;
  for (const pointer of pointers.flatMap((given) => placesOf(given, event))) {
    const value = valueAt(rest, pointer);
    // A null is nobody's data; in a list it may be the place of a value that was taken before.
    if (value !== undefined && value !== null) {
      personal[pointer] = value;
      rest = withoutValueAt(rest, pointer);
    }
  }
  return rest as unknown as Event;
}

function placesOf(pointer: string, { changes = [] }: AuditEvent): readonly string[] {
  const field = CHANGED_FIELD.exec(pointer)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
  if (field === undefined) {
    return REMOVABLE.test(pointer) ? [pointer] : [];
  }
  return changes.flatMap((change, index) =>
    change.field === field ? [`/changes/${index}/before`, `/changes/${index}/after`] : [],
  );
}
