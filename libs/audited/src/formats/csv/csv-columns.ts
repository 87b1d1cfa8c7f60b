import type { AuditEvent, HttpTransport } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { EventTitles } from '../event-titles.js';

/** One column: what stands in its cells. The cell is empty where `read` answers `undefined`. */
export type CsvColumn =
  | { readonly holds: string; readonly type: 'text'; readonly read: Read<string> }
  | { readonly holds: string; readonly type: 'number'; readonly read: Read<number> }
  /** `true`, or empty. */
  | { readonly holds: string; readonly type: 'flag'; readonly read: Read<true> }
  /** JSON of the member as the record has it: lists and objects have no other form that reads back. */
  | { readonly holds: string; readonly type: 'json'; readonly read: Read<object> };

type Read<Value> = (record: AuditRecord, titles: EventTitles) => Value | undefined;

/** Every column by name, in the order of a file with all of them. The first eleven are those of system A's export. */
export const CSV_COLUMNS = {
  occurred_at: text('occurredAt', ({ event }) => event.occurredAt),
  type: text('type', ({ event }) => event.type),
  severity: text('severity', ({ event }) => event.severity),
  outcome: text('outcome', ({ event }) => event.outcome),
  actor_id: text('actor.id', ({ event }) => event.actor.id),
  actor_email: text('actor.email', ({ event }) => event.actor.email),
  action: text('action', ({ event }) => event.action),
  resource_type: text('resource.type', ({ event }) => event.resource?.type),
  resource_id: text('resource.id', ({ event }) => event.resource?.id),
  environment: text('origin.environment', ({ event }) => event.origin.environment),
  error_message: text('error.message', ({ event }) => event.error?.message),

  title: text('the title of the type, as its catalogue gives it', ({ event }, titles) => titles.of(event.type)),
  stage: text('stage', ({ event }) => event.stage),
  risk: text('risk', ({ event }) => event.risk),
  data_classification: text('dataClassification', ({ event }) => event.dataClassification),
  reason: text('reason', ({ event }) => event.reason),
  ticket: text('ticket', ({ event }) => event.ticket),
  duration_ms: number('durationMs', ({ event }) => event.durationMs),

  actor_kind: text('actor.kind', ({ event }) => event.actor.kind),
  actor_name: text('actor.name', ({ event }) => event.actor.name),
  actor_roles: json('actor.roles, because a role may hold any separator', ({ event }) => event.actor.roles),
  actor_tenant_id: text('actor.tenantId', ({ event }) => event.actor.tenantId),
  actor_ip: text('actor.ip', ({ event }) => event.actor.ip),
  actor_user_agent: text('actor.userAgent', ({ event }) => event.actor.userAgent),
  on_behalf_of: json('actor.onBehalfOf, with the actors behind it', ({ event }) => event.actor.onBehalfOf),

  resource_name: text('resource.name', ({ event }) => event.resource?.name),
  targets: json('targets', ({ event }) => event.targets),
  details: json('details', ({ event }) => event.details),
  changes: json('changes', ({ event }) => event.changes),
  error_type: text('error.type', ({ event }) => event.error?.type),
  error_code: text('error.code', ({ event }) => event.error?.code),

  transport: text('transport.kind', ({ event }) => event.transport.kind),
  http_method: text('transport.method', ({ event }) => http(event)?.method),
  http_route: text('transport.route', ({ event }) => http(event)?.route),
  http_path: text('transport.path', ({ event }) => http(event)?.path),
  http_status: number('transport.status', ({ event }) => http(event)?.status),
  handler: text('transport.handler', ({ event: { transport } }) =>
    transport.kind === 'manual' ? undefined : transport.handler,
  ),

  component: text('origin.component', ({ event }) => event.origin.component),
  platform: text('origin.platform', ({ event }) => event.origin.platform),
  version: text('origin.version', ({ event }) => event.origin.version),
  host: text('origin.host', ({ event }) => event.origin.host),
  instance_id: text('origin.instanceId', ({ event }) => event.origin.instanceId),

  id: text('id', ({ event }) => event.id),
  recorded_at: text('recordedAt', ({ event }) => event.recordedAt),
  correlation_id: text('correlationId', ({ event }) => event.correlationId),
  causation_id: text('causationId', ({ event }) => event.causationId),
  session_id: text('sessionId', ({ event }) => event.sessionId),
  trace_id: text('traceId', ({ event }) => event.traceId),
  span_id: text('spanId', ({ event }) => event.spanId),

  truncated: json('truncated', ({ event }) => event.truncated),
  redacted: json('redacted', ({ event }) => event.redacted),
  spooled: flag('spooled', ({ event }) => event.spooled),
  uncatalogued: flag('uncatalogued', ({ event }) => event.uncatalogued),
  personal: text('personal', ({ event }) => event.personal),
  erased: flag('erased', ({ erased }) => erased),
  masked: flag('masked', ({ masked }) => masked),

  chain: text('seal.chain', ({ seal }) => seal.chain),
  position: number('seal.position', ({ seal }) => seal.position),
  previous_hash: text('seal.previousHash', ({ seal }) => seal.previousHash),
  hash: text('seal.hash', ({ seal }) => seal.hash),
  scheme: text('seal.scheme', ({ seal }) => seal.scheme),
  mac: text('seal.mac', ({ seal }) => seal.mac),

  timestamp: text(
    'occurredAt, under the name of system A; not in a file unless asked for',
    ({ event }) => event.occurredAt,
  ),
  event_type: text('type, under the name of system A; not in a file unless asked for', ({ event }) => event.type),
} as const satisfies Readonly<Record<string, CsvColumn>>;

/** Name of a column, and its heading in the file. */
export type CsvColumnName = keyof typeof CSV_COLUMNS;

const OTHER_NAMES: readonly string[] = ['timestamp', 'event_type'];

/** Every column once. */
export const DEFAULT_CSV_COLUMNS = Object.keys(CSV_COLUMNS).filter(
  (name) => !OTHER_NAMES.includes(name),
) as readonly CsvColumnName[];

function text(holds: string, read: Read<string>): CsvColumn {
  return { holds, type: 'text', read };
}

function number(holds: string, read: Read<number>): CsvColumn {
  return { holds, type: 'number', read };
}

function flag(holds: string, read: Read<true>): CsvColumn {
  return { holds, type: 'flag', read };
}

function json(holds: string, read: Read<object>): CsvColumn {
  return { holds, type: 'json', read };
}

function http({ transport }: AuditEvent): HttpTransport | undefined {
  return transport.kind === 'http' ? transport : undefined;
}
