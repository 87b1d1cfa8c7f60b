import type { AuditEvent } from '../event/audit-event.js';
import type { ChainId, StoredRecord } from '../event/audit-record.js';
import type { RecordStream } from '../storage/record-stream.js';

/** A record of custody, read back. */
export interface FoundEvent {
  readonly position: number;
  readonly event: AuditEvent;
  readonly record: StoredRecord;
}

/** The event of a stored record without its personal part; `undefined` when its text is damaged. */
export function eventOf({ body }: Pick<StoredRecord, 'body'>): AuditEvent | undefined {
  try {
    const event: unknown = JSON.parse(body);
    return typeof event === 'object' && event !== null ? (event as AuditEvent) : undefined;
  } catch {
    // Damaged: whoever asks decides what that means; the verifier names it as a fault.
    return undefined;
  }
}

/** The records of a type in a chain, in the order of their positions. For types that are rare. */
export async function eventsOfType(stream: RecordStream, chain: ChainId, type: string): Promise<readonly FoundEvent[]> {
  const found: FoundEvent[] = [];
  for (const position of await stream.positionsOfType(chain, type)) {
    for await (const records of stream.records(chain, { from: position, through: position })) {
      for (const record of records) {
        const event = eventOf(record);
        if (event?.type === type) {
          found.push({ position, event, record });
        }
      }
    }
  }
  return found;
}
