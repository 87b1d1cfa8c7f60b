import type { AuditEvent } from '../event/audit-event.js';
import type { PersonalPart } from '../event/audit-record.js';

/** A value of a search column. */
export type ColumnValue = string | number | null;

/**
 * The search columns beside the sealed body, each with the fact it repeats. They exist to be
 * filtered by; the body is the truth, and the verifier compares every column with it.
 *
 * Columns of personal facts are `null` once the person was erased.
 */
export const RECORD_COLUMNS = {
  id: (event) => event.id,
  occurred_at: (event) => event.occurredAt,
  recorded_at: (event) => event.recordedAt,
  type: (event) => event.type,
  stage: (event) => event.stage,
  severity: (event) => event.severity,
  risk: (event) => event.risk,
  outcome: (event) => event.outcome,
  actor_id: (event) => event.actor.id ?? null,
  actor_kind: (event) => event.actor.kind,
  actor_email: (_event, personal) => personalText(personal, '/actor/email'),
  actor_ip: (_event, personal) => personalText(personal, '/actor/ip'),
  tenant_id: (event) => event.actor.tenantId ?? null,
  resource_type: (event) => event.resource?.type ?? null,
  resource_id: (event) => event.resource?.id ?? null,
  session_id: (event) => event.sessionId ?? null,
  correlation_id: (event) => event.correlationId ?? null,
  trace_id: (event) => event.traceId ?? null,
  component: (event) => event.origin.component ?? null,
  environment: (event) => event.origin.environment ?? null,
  transport: (event) => event.transport.kind,
  route: (event) => (event.transport.kind === 'http' ? (event.transport.route ?? null) : null),
  status: (event) => (event.transport.kind === 'http' ? (event.transport.status ?? null) : null),
} as const satisfies Record<string, (event: AuditEvent, personal: PersonalPart | undefined) => ColumnValue>;

/** Names of the search columns, in the order of {@link columnValues}. */
export const RECORD_COLUMN_NAMES = Object.keys(RECORD_COLUMNS) as readonly (keyof typeof RECORD_COLUMNS)[];

/** Columns that repeat facts of the personal part: they prove nothing when that part is damaged. */
export const PERSONAL_COLUMNS: ReadonlySet<string> = new Set<keyof typeof RECORD_COLUMNS>(['actor_email', 'actor_ip']);

const COLUMN_READERS = Object.values(RECORD_COLUMNS);

/** The values of the search columns for an event, in the order of {@link RECORD_COLUMN_NAMES}. */
export function columnValues(event: AuditEvent, personal: PersonalPart | undefined): ColumnValue[] {
  return COLUMN_READERS.map((read) => read(event, personal));
}

function personalText(personal: PersonalPart | undefined, pointer: string): string | null {
  const value = personal !== undefined && Object.hasOwn(personal, pointer) ? personal[pointer] : undefined;
  return typeof value === 'string' ? value : null;
}
