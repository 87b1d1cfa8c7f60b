import type { AuditEvent } from '../../event/audit-event.js';
import type { StoredRecord } from '../../event/audit-record.js';
import type { IntegrityFaultKind } from '../integrity-fault.js';
import { checkPersonalPart, type PersonalVerdict } from '../personal-check.js';

/**
 * Names the search columns that disagree with the sealed event; empty when all agree. Columns that repeat personal facts
 * prove nothing when `personal` is `faulty`: the part they repeat is itself in doubt.
 */
export type ColumnCheck = (record: StoredRecord, event: AuditEvent, personal: PersonalVerdict) => readonly string[];

/** What stands in and beside a record that gives its hash. */
export interface RecordContent {
  /** Absent when the body is no event; then that is the only fault. */
  readonly event?: AuditEvent;
  /** Id of the event, when its personal part is gone. */
  readonly erasedId?: string;
  readonly faults: readonly { readonly kind: IntegrityFaultKind; readonly message: string }[];
}

/** Checks what stands in and beside a record that gives its hash. */
export function contentOf(record: StoredRecord, mismatchedColumns: ColumnCheck | undefined): RecordContent {
  const event = eventIn(record.body);
  if (event === undefined) {
    return { faults: [{ kind: 'malformed', message: 'the content is not the JSON of an event' }] };
  }
  const personal = checkPersonalPart(record, event.personal);
  const columns = mismatchedColumns?.(record, event, personal) ?? [];
  const faults: RecordContent['faults'][number][] = [];
  if (personal.state === 'faulty') {
    faults.push({ kind: 'personal', message: personal.problem });
  }
  if (columns.length > 0) {
    faults.push({ kind: 'column', message: `column(s) ${columns.join(', ')} differ from the sealed content` });
  }
  return { event, ...(personal.state === 'erased' && { erasedId: idOf(event) }), faults };
}

/** Nobody checked the types of what was sealed. */
function idOf({ id }: AuditEvent): string {
  return typeof id === 'string' ? id : '';
}

/** The parts that every reader takes for granted must be there; what they say is covered by the hash. */
export function eventIn(body: string): AuditEvent | undefined {
  try {
    const event: unknown = JSON.parse(body);
    const parts = isObject(event) ? [event['actor'], event['transport'], event['origin']] : [undefined];
    return parts.every(isObject) ? (event as AuditEvent) : undefined;
  } catch {
    // Not JSON: the caller names it as a fault.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
