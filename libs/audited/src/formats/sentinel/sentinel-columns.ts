import type { AuditRecord } from '../../event/audit-record.js';
import type { Labels } from '../event-labels.js';
import { ipAddressOf } from '../ip-address.js';
import { jsonText } from '../json-text.js';

/** How the service types a property; its column is the name, `_` and this letter. */
export type SentinelSuffix = 's' | 'd' | 'g' | 't';

/** A property of the flat record. */
export interface SentinelColumn {
  /** Letters, digits and underscore; with its suffix at most 45 characters. */
  readonly name: string;
  /** What the value is, for people: `actor.id`. */
  readonly fact: string;
  /** Never changes: a value of another type would open a second column. */
  readonly suffix: SentinelSuffix;
  /** A text for `s`, `g` and `t`, a number for `d`; `undefined` where the event does not say. */
  readonly value: (record: AuditRecord, labels: Labels | undefined) => string | number | undefined;
}

type Read = SentinelColumn['value'];

const text = column('s');
const time = column('t');
const number = column('d');
const guid = column('g');

function column(suffix: SentinelSuffix): (name: string, fact: string, value: Read) => SentinelColumn {
  return (name, fact, value) => ({ name, fact, suffix, value });
}

/** Whatever has members stands in one column, as JSON: a flat record has no other place for it. */
function json(value: object | undefined): string | undefined {
  return value === undefined ? undefined : jsonText(value);
}

/**
 * The columns, in the order of the record: with `CutColumns`, which says what was cut, they are fifty, as many as the
 * service advises for a table. `Remarks` has `truncated`, `redacted`, `spooled`, `uncatalogued`, `personal`, `erased`,
 * `masked`, and a `causationId` that is no UUID; `Seal` has `previousHash`, `scheme` and `mac`.
 */
export const SENTINEL_COLUMNS: readonly SentinelColumn[] = [
  // Without the fraction: that is the only form the service documents for the field of `time-generated-field`.
  time('EventTime', 'occurredAt without milliseconds', ({ event }) => `${event.occurredAt.slice(0, 19)}Z`),
  time('OccurredAt', 'occurredAt', ({ event }) => event.occurredAt),
  time('RecordedAt', 'recordedAt', ({ event }) => event.recordedAt),
  number('DurationMs', 'durationMs', ({ event }) => event.durationMs),
  guid('EventId', 'id', ({ event }) => event.id),
  text('EventType', 'type', ({ event }) => event.type),
  text('Stage', 'stage', ({ event }) => event.stage),
  text('Outcome', 'outcome', ({ event }) => event.outcome),
  text('Severity', 'severity', ({ event }) => event.severity),
  text('Risk', 'risk', ({ event }) => event.risk),
  text('Action', 'action', ({ event }) => event.action),
  text('Reason', 'reason', ({ event }) => event.reason),
  text('Ticket', 'ticket', ({ event }) => event.ticket),
  text('DataClassification', 'dataClassification', ({ event }) => event.dataClassification),
  text('CorrelationId', 'correlationId', ({ event }) => event.correlationId),
  guid('CausationId', 'causationId, if it is a UUID', ({ event }) =>
    isUuid(event.causationId) ? event.causationId : undefined,
  ),
  text('SessionId', 'sessionId', ({ event }) => event.sessionId),
  text('TraceId', 'traceId', ({ event }) => event.traceId),
  text('SpanId', 'spanId', ({ event }) => event.spanId),
  text('ActorKind', 'actor.kind', ({ event }) => event.actor.kind),
  text('ActorId', 'actor.id', ({ event }) => event.actor.id),
  text('ActorEmail', 'actor.email', ({ event }) => event.actor.email),
  text('ActorName', 'actor.name', ({ event }) => event.actor.name),
  text('ActorRoles', 'actor.roles', ({ event }) => json(event.actor.roles)),
  text('ActorIp', 'actor.ip, if it is an IP address', ({ event }) => ipAddressOf(event.actor.ip)?.text),
  text('ActorUserAgent', 'actor.userAgent', ({ event }) => event.actor.userAgent),
  text('ActorTenantId', 'actor.tenantId', ({ event }) => event.actor.tenantId),
  text('ActorOnBehalfOf', 'actor.onBehalfOf', ({ event }) => json(event.actor.onBehalfOf)),
  text('ResourceType', 'resource.type', ({ event }) => event.resource?.type),
  text('ResourceId', 'resource.id', ({ event }) => event.resource?.id),
  text('ResourceName', 'resource.name', ({ event }) => event.resource?.name),
  text('Targets', 'targets', ({ event }) => json(event.targets)),
  text('Component', 'origin.component', ({ event }) => event.origin.component),
  text('Platform', 'origin.platform', ({ event }) => event.origin.platform),
  text('Version', 'origin.version', ({ event }) => event.origin.version),
  text('Environment', 'origin.environment', ({ event }) => event.origin.environment),
  text('Host', 'origin.host', ({ event }) => event.origin.host),
  text('InstanceId', 'origin.instanceId', ({ event }) => event.origin.instanceId),
  text('Transport', 'transport', ({ event }) => json(event.transport)),
  number('HttpStatus', 'transport.status', ({ event: { transport } }) =>
    transport.kind === 'http' ? transport.status : undefined,
  ),
  text('Details', 'details', ({ event }) => json(event.details)),
  text('Changes', 'changes', ({ event }) => json(event.changes)),
  text('Error', 'error', ({ event }) => json(event.error)),
  text(
    'Remarks',
    'truncated, redacted, spooled, uncatalogued, personal, erased, masked, a causationId that is no UUID',
    remarksOf,
  ),
  text('Labels', 'labels that the application gives to the type', (_record, labels) => json(labels)),
  text('Chain', 'seal.chain', ({ seal }) => seal.chain),
  number('Position', 'seal.position', ({ seal }) => seal.position),
  text('Hash', 'seal.hash', ({ seal }) => seal.hash),
  text('Seal', 'seal.previousHash, seal.scheme, seal.mac', ({ seal: { previousHash, scheme, mac } }) =>
    json({ previousHash, scheme, mac }),
  ),
];

function remarksOf({ event, erased, masked }: AuditRecord): string | undefined {
  const { truncated, redacted, spooled, uncatalogued, personal } = event;
  // Whoever records may give any text for what caused an event; in `CausationId` it would open a second column.
  const causationId = isUuid(event.causationId) || event.causationId === '' ? undefined : event.causationId;
  const remarks = jsonText({ truncated, redacted, spooled, uncatalogued, personal, erased, masked, causationId });
  return remarks === '{}' ? undefined : remarks;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function isUuid(text: string | undefined): boolean {
  return text !== undefined && UUID.test(text);
}
