import type { AuditEvent } from '../event/audit-event.js';
import { RecordDamagedError } from '../event/audit.error.js';
import type { AuditRecord, ChainId, PersonalPart, StoredRecord } from '../event/audit-record.js';
import type { JsonObject } from '../event/json-value.js';
import { putValueAt, withValueAt } from '../event/json-pointer.js';

/** A record, as conditions look at it. */
export interface RecordFacts {
  /** `undefined` where it is not known: it may be the one that is meant. */
  readonly chain: ChainId | undefined;
  /** As it was sealed: personal values are not in it. */
  readonly event: AuditEvent;
  /** Absent where there is none, or the person was erased. */
  readonly personal: PersonalPart | undefined;
}

/**
 * A record as applications see it: the personal part, unless erased, is back in its place.
 *
 * @throws RecordDamagedError naming the record when its texts can not be read
 */
export function readRecord(stored: StoredRecord): AuditRecord {
  return mergedRecord(stored, readFacts(stored));
}

/**
 * A record as its conditions look at it.
 *
 * @throws RecordDamagedError naming the record when its texts can not be read
 */
export function readFacts({ seal, body, personal }: StoredRecord): RecordFacts {
  try {
    return {
      chain: seal.chain,
      event: JSON.parse(body) as AuditEvent,
      personal: personal === null ? undefined : (JSON.parse(personal) as PersonalPart),
    };
  } catch (error) {
    throw new RecordDamagedError(seal.chain, seal.position, { cause: error });
  }
}

/**
 * The same as {@link readRecord} gives, of facts that were read already, and are nobody else's: their event is changed.
 *
 * @throws RecordDamagedError naming the record when its personal part does not fit into it
 */
export function mergedRecord({ seal }: StoredRecord, { event, personal }: RecordFacts): AuditRecord {
  if (event.personal === undefined) {
    return { event, seal };
  }
  if (personal === undefined) {
    return { event, seal, erased: true };
  }
  try {
    for (const [pointer, value] of Object.entries(personal)) {
      // A copy for each value would cost more than reading it.
      putValueAt(event as unknown as JsonObject, pointer, value);
    }
  } catch (error) {
    throw new RecordDamagedError(seal.chain, seal.position, { cause: error });
  }
  return { event, seal };
}

/** A record as those see it who may not see personal data: as it was sealed. */
export function maskedRecord({ seal }: StoredRecord, { event, personal }: RecordFacts): AuditRecord {
  if (event.personal === undefined) {
    return { event, seal };
  }
  return personal === undefined ? { event, seal, erased: true } : { event, seal, masked: true };
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
