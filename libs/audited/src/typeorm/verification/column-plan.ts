import type { RECORD_COLUMNS } from '../../storage/record-columns.js';

/** Name of a search column. */
export type ColumnName = keyof typeof RECORD_COLUMNS;

/** What a member of the event means to the columns. */
export type PlannedMember = PlannedColumn | PlannedObject | { readonly kind: 'commitment'; readonly key: PlannedKey };

/** The key of a member, as its bytes stand in canonical JSON after the opening quotation mark. */
export interface PlannedKey {
  /** The closing quotation mark is part of it. */
  readonly bytes: Uint8Array;
}

/** A member that is repeated in a column. */
export interface PlannedColumn {
  readonly kind: 'text' | 'type' | 'transport-kind' | 'http-text' | 'http-number';
  readonly key: PlannedKey;
  readonly column: ColumnName;
  /** Whether every event has it. */
  readonly isRequired: boolean;
}

/** A member whose own members are repeated in columns. */
export interface PlannedObject {
  readonly kind: 'object';
  readonly key: PlannedKey;
  readonly members: readonly PlannedMember[];
  /** Whether every event has it. */
  readonly isRequired: boolean;
}

/** The columns in the order in which canonical JSON has their members; `null` for columns of the personal part. */
const EVENT: readonly PlannedMember[] = [
  object('actor', [column('id', 'actor_id'), required('kind', 'actor_kind'), column('tenantId', 'tenant_id')]),
  column('correlationId', 'correlation_id'),
  required('id', 'id'),
  required('occurredAt', 'occurred_at'),
  object('origin', [column('component', 'component'), column('environment', 'environment')]),
  required('outcome', 'outcome'),
  { kind: 'commitment', key: keyOf('personal') },
  required('recordedAt', 'recorded_at'),
  { ...object('resource', [column('id', 'resource_id'), column('type', 'resource_type')]), isRequired: false },
  required('risk', 'risk'),
  column('sessionId', 'session_id'),
  required('severity', 'severity'),
  required('stage', 'stage'),
  column('traceId', 'trace_id'),
  object('transport', [
    { ...required('kind', 'transport'), kind: 'transport-kind' },
    { ...column('route', 'route'), kind: 'http-text' },
    { ...column('status', 'status'), kind: 'http-number' },
  ]),
  { ...required('type', 'type'), kind: 'type' },
];

/** Members of the event that columns repeat, in the order of canonical JSON. */
export const EVENT_PLAN: readonly PlannedMember[] = EVENT;

/** Members of the personal part that columns repeat, in the order of canonical JSON. */
export const PERSONAL_PLAN: readonly PlannedColumn[] = [
  column('/actor/email', 'actor_email'),
  column('/actor/ip', 'actor_ip'),
];

/** All search columns, in the order in which they are compared. */
export const PLANNED_COLUMNS: readonly ColumnName[] = [...EVENT_PLAN, ...PERSONAL_PLAN].flatMap(columnsOf);

function columnsOf(member: PlannedMember): readonly ColumnName[] {
  if (member.kind === 'object') {
    return member.members.flatMap(columnsOf);
  }
  return member.kind === 'commitment' ? [] : [member.column];
}

function object(key: string, members: readonly PlannedMember[]): PlannedObject {
  return { kind: 'object', key: keyOf(key), members, isRequired: true };
}

function column(key: string, name: ColumnName): PlannedColumn {
  return { kind: 'text', key: keyOf(key), column: name, isRequired: false };
}

function required(key: string, name: ColumnName): PlannedColumn {
  return { ...column(key, name), isRequired: true };
}

function keyOf(key: string): PlannedKey {
  return { bytes: new Uint8Array(Buffer.from(`${key}"`)) };
}
