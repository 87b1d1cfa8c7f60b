import type { AuditEvent } from '../event/audit-event.js';
import { RecordDamagedError } from '../event/audit.error.js';
import type { AuditRecord, PersonalPart, StoredRecord } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import { putValueAt, withValueAt } from '../event/json-pointer.js';

/**
 * A record as applications see it: the personal part, unless erased, is back in its place.
 *
 * @throws RecordDamagedError naming the record when its texts can not be read
 */
export function readRecord(stored: StoredRecord): AuditRecord {
  try {
    return mergedRecord(stored);
  } catch (error) {
    throw new RecordDamagedError(stored.seal.chain, stored.seal.position, { cause: error });
  }
}

function mergedRecord(stored: StoredRecord): AuditRecord {
  const event = JSON.parse(stored.body) as AuditEvent;
  if (event.personal === undefined) {
    return { event, seal: stored.seal };
  }
  if (stored.personal === null) {
    return { event, seal: stored.seal, erased: true };
  }
  for (const [pointer, value] of Object.entries(JSON.parse(stored.personal) as PersonalPart)) {
    // The event was read just now, and is nobody else's: a copy for each value would cost more than reading it.
    putValueAt(event as unknown as JsonObject, pointer, value);
  }
  return { event, seal: stored.seal };
}

/**
 * The event with the values of its personal part back in their places.
 *
 * @param personal canonical JSON of the personal part
 * @throws SyntaxError when that is no JSON
 */
export function withPersonalPart(event: AuditEvent, personal: string): AuditEvent {
  let whole = event as unknown as JsonObject;
  for (const [pointer, value] of Object.entries(JSON.parse(personal) as PersonalPart)) {
    whole = withValueAt(whole, pointer, value);
  }
  return whole as unknown as AuditEvent;
}
