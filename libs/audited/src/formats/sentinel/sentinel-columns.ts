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
  /** Never changes: a value of another type would open a second column. */
  readonly suffix: SentinelSuffix;
  /** A text for `s`, `g` and `t`, a number for `d`; `undefined` where the event does not say. */
  readonly value: (record: AuditRecord, labels: Labels | undefined) => string | number | undefined;
}

const text = (name: string, value: SentinelColumn['value']): SentinelColumn => ({ name, suffix: 's', value });
const time = (name: string, value: SentinelColumn['value']): SentinelColumn => ({ name, suffix: 't', value });
const number = (name: string, value: SentinelColumn['value']): SentinelColumn => ({ name, suffix: 'd', value });
const guid = (name: string, value: SentinelColumn['value']): SentinelColumn => ({ name, suffix: 'g', value });

/** Whatever has members stands in one column, as JSON: a flat record has no other place for it. */
function json(value: object | undefined): string | undefined {
  return value === undefined ? undefined : jsonText(value);
}

/**
 * The columns, in the order of the record: with `CutColumns`, which says what was cut, they are fifty, as many as the
 * service advises for a table. `Remarks` has `truncated`, `redacted`, `spooled`, `uncatalogued`, `personal` and `erased`;
 * `Seal` has `previousHash`, `scheme` and `mac`.
 */
export const SENTINEL_COLUMNS: readonly SentinelColumn[] = [
  // Without the fraction: that is the only form the service documents for the field of `time-generated-field`.
  time('EventTime', ({ event }) => `${event.occurredAt.slice(0, 19)}Z`),
  time('OccurredAt', ({ event }) => event.occurredAt),
  time('RecordedAt', ({ event }) => event.recordedAt),
  number('DurationMs', ({ event }) => event.durationMs),
  guid('EventId', ({ event }) => event.id),
  text('EventType', ({ event }) => event.type),
  text('Stage', ({ event }) => event.stage),
  text('Outcome', ({ event }) => event.outcome),
  text('Severity', ({ event }) => event.severity),
  text('Risk', ({ event }) => event.risk),
  text('Action', ({ event }) => event.action),
  text('Reason', ({ event }) => event.reason),
  text('Ticket', ({ event }) => event.ticket),
  text('DataClassification', ({ event }) => event.dataClassification),
  text('CorrelationId', ({ event }) => event.correlationId),
  guid('CausationId', ({ event }) => event.causationId),
  text('SessionId', ({ event }) => event.sessionId),
  text('TraceId', ({ event }) => event.traceId),
  text('SpanId', ({ event }) => event.spanId),
  text('ActorKind', ({ event }) => event.actor.kind),
  text('ActorId', ({ event }) => event.actor.id),
  text('ActorEmail', ({ event }) => event.actor.email),
  text('ActorName', ({ event }) => event.actor.name),
  text('ActorRoles', ({ event }) => json(event.actor.roles)),
  text('ActorIp', ({ event }) => ipAddressOf(event.actor.ip)?.text),
  text('ActorUserAgent', ({ event }) => event.actor.userAgent),
  text('ActorTenantId', ({ event }) => event.actor.tenantId),
  text('ActorOnBehalfOf', ({ event }) => json(event.actor.onBehalfOf)),
  text('ResourceType', ({ event }) => event.resource?.type),
  text('ResourceId', ({ event }) => event.resource?.id),
  text('ResourceName', ({ event }) => event.resource?.name),
  text('Targets', ({ event }) => json(event.targets)),
  text('Component', ({ event }) => event.origin.component),
  text('Platform', ({ event }) => event.origin.platform),
  text('Version', ({ event }) => event.origin.version),
  text('Environment', ({ event }) => event.origin.environment),
  text('Host', ({ event }) => event.origin.host),
  text('InstanceId', ({ event }) => event.origin.instanceId),
  text('Transport', ({ event }) => json(event.transport)),
  number('HttpStatus', ({ event: { transport } }) => (transport.kind === 'http' ? transport.status : undefined)),
  text('Details', ({ event }) => json(event.details)),
  text('Changes', ({ event }) => json(event.changes)),
  text('Error', ({ event }) => json(event.error)),
  text('Remarks', remarksOf),
  text('Labels', (_record, labels) => json(labels)),
  text('Chain', ({ seal }) => seal.chain),
  number('Position', ({ seal }) => seal.position),
  text('Hash', ({ seal }) => seal.hash),
  text('Seal', ({ seal: { previousHash, scheme, mac } }) => json({ previousHash, scheme, mac })),
];

function remarksOf({ event, erased }: AuditRecord): string | undefined {
  const { truncated, redacted, spooled, uncatalogued, personal } = event;
  const remarks = jsonText({ truncated, redacted, spooled, uncatalogued, personal, erased });
  return remarks === '{}' ? undefined : remarks;
}
