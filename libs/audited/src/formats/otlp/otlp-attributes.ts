import type { AuditEvent, HttpTransport } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { ipAddressOf } from '../ip-address.js';
import { actorFacts } from '../json/audited-facts.js';
import { unixNano } from './unix-nano.js';

/** The edition of the semantic conventions whose attribute names are used. */
export const SEMANTIC_CONVENTIONS = '1.44.0';

/** Names that edition in every message, so that a receiver may translate from it. */
export const SCHEMA_URL = `https://opentelemetry.io/schemas/${SEMANTIC_CONVENTIONS}`;

/** One attribute: its name, what it holds, and who defines it. */
export interface OtlpAttribute {
  readonly key: string;
  /** Member of the record that it holds. */
  readonly holds: string;
  /** How the semantic conventions call it, or `audited` for a name of this package. */
  readonly definition: 'stable' | 'development' | 'audited';
  /** JSON, with members that may be `undefined`; `undefined` when the record does not know it. */
  readonly read: (record: AuditRecord) => unknown;
}

/**
 * Severity in numbers, and the text is the event's own word. Source: OpenTelemetry Logs Data Model, "Mapping of
 * SeverityNumber": the smallest of each range, and its own example for a source that has both errors and critical ones.
 */
export const SEVERITY_NUMBERS: Readonly<Record<AuditEvent['severity'], number>> = {
  debug: 5,
  info: 9,
  warning: 13,
  error: 17,
  critical: 18,
};

/** What produced the events. Records that agree in all of these share one resource. */
export const OTLP_RESOURCE_ATTRIBUTES: readonly OtlpAttribute[] = [
  convention('service.name', 'stable', 'origin.component', ({ origin }) => origin.component),
  convention('service.namespace', 'stable', 'origin.platform', ({ origin }) => origin.platform),
  convention('service.version', 'stable', 'origin.version', ({ origin }) => origin.version),
  convention('service.instance.id', 'stable', 'origin.instanceId', ({ origin }) => origin.instanceId),
  convention('deployment.environment.name', 'stable', 'origin.environment', ({ origin }) => origin.environment),
  convention('host.name', 'development', 'origin.host', ({ origin }) => origin.host),
];

/** Methods that the conventions know; any other is `_OTHER`, and its own word stands beside it. */
const KNOWN_METHODS = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** What one event knows beyond the fields of a log record. Every key once: OTLP demands it. */
export const OTLP_ATTRIBUTES: readonly OtlpAttribute[] = [
  convention('log.record.uid', 'development', 'id', ({ id }) => id),
  convention('session.id', 'development', 'sessionId', ({ sessionId }) => sessionId),
  convention('user.id', 'development', 'actor.id', ({ actor }) => actor.id),
  convention('user.full_name', 'development', 'actor.name', ({ actor }) => actor.name),
  convention('user.email', 'development', 'actor.email', ({ actor }) => actor.email),
  convention('user.roles', 'development', 'actor.roles', ({ actor }) => actor.roles),
  convention('client.address', 'stable', 'actor.ip, an IP address', ({ actor }) => ipAddressOf(actor.ip)?.text),
  convention('user_agent.original', 'stable', 'actor.userAgent', ({ actor }) => actor.userAgent),
  convention('http.request.method', 'stable', 'transport.method; _OTHER for one that is not known', (event) => {
    const method = http(event)?.method;
    return method === undefined || KNOWN_METHODS.has(method) ? method : '_OTHER';
  }),
  convention('http.request.method_original', 'stable', 'transport.method that is not known', (event) => {
    const method = http(event)?.method;
    return method === undefined || KNOWN_METHODS.has(method) ? undefined : method;
  }),
  convention('http.route', 'stable', 'transport.route', (event) => http(event)?.route),
  convention('url.path', 'stable', 'transport.path', (event) => http(event)?.path),
  convention('http.response.status_code', 'stable', 'transport.status', (event) => http(event)?.status),
  convention('code.function.name', 'stable', 'transport.handler', ({ transport }) =>
    transport.kind === 'manual' ? undefined : transport.handler,
  ),
  convention('error.type', 'stable', 'error.type, unless the outcome is success', ({ error, outcome }) =>
    outcome === 'success' ? undefined : error?.type,
  ),
  convention('exception.type', 'stable', 'error.type', ({ error }) => error?.type),
  convention('exception.message', 'stable', 'error.message', ({ error }) => error?.message),
  own('audited.occurred_at', 'occurredAt that nanoseconds in 64 bits cannot hold', ({ event }) =>
    late(event.occurredAt),
  ),
  own('audited.recorded_at', 'recordedAt that nanoseconds in 64 bits cannot hold', ({ event }) =>
    late(event.recordedAt),
  ),
  own('audited.type', 'type, for receivers older than eventName (OTLP 1.5)', ({ event }) => event.type),
  own('audited.stage', 'stage', ({ event }) => event.stage),
  own('audited.outcome', 'outcome', ({ event }) => event.outcome),
  own('audited.risk', 'risk', ({ event }) => event.risk),
  own('audited.data_classification', 'dataClassification', ({ event }) => event.dataClassification),
  own('audited.duration_ms', 'durationMs', ({ event }) => event.durationMs),
  own('audited.correlation_id', 'correlationId', ({ event }) => event.correlationId),
  own('audited.causation_id', 'causationId', ({ event }) => event.causationId),
  own('audited.actor.kind', 'actor.kind', ({ event }) => event.actor.kind),
  own('audited.actor.ip', 'actor.ip that is no IP address, or not written as in client.address', ({ event }) =>
    ipAddressOf(event.actor.ip)?.text === event.actor.ip ? undefined : event.actor.ip,
  ),
  own('audited.actor.tenant_id', 'actor.tenantId', ({ event }) => event.actor.tenantId),
  own('audited.actor.on_behalf_of', 'actor.onBehalfOf, with the actors behind it', ({ event: { actor } }) =>
    actor.onBehalfOf === undefined ? undefined : actorFacts(actor.onBehalfOf),
  ),
  own('audited.reason', 'reason', ({ event }) => event.reason),
  own('audited.ticket', 'ticket', ({ event }) => event.ticket),
  own('audited.resource.type', 'resource.type', ({ event }) => event.resource?.type),
  own('audited.resource.id', 'resource.id', ({ event }) => event.resource?.id),
  own('audited.resource.name', 'resource.name', ({ event }) => event.resource?.name),
  own('audited.targets', 'targets', ({ event }) => event.targets),
  own('audited.transport.kind', 'transport.kind', ({ event }) => event.transport.kind),
  own('audited.details', 'details', ({ event }) => event.details),
  own('audited.changes', 'changes', ({ event }) => event.changes),
  own('audited.error.code', 'error.code', ({ event }) => event.error?.code),
  own('audited.truncated', 'truncated', ({ event }) => event.truncated),
  own('audited.redacted', 'redacted', ({ event }) => event.redacted),
  own('audited.spooled', 'spooled', ({ event }) => event.spooled),
  own('audited.uncatalogued', 'uncatalogued', ({ event }) => event.uncatalogued),
  own('audited.personal', 'personal', ({ event }) => event.personal),
  own('audited.chain', 'seal.chain', ({ seal }) => seal.chain),
  own('audited.position', 'seal.position', ({ seal }) => seal.position),
  own('audited.previous_hash', 'seal.previousHash', ({ seal }) => seal.previousHash),
  own('audited.hash', 'seal.hash', ({ seal }) => seal.hash),
  own('audited.scheme', 'seal.scheme', ({ seal }) => seal.scheme),
  own('audited.mac', 'seal.mac', ({ seal }) => seal.mac),
  own('audited.erased', 'erased', ({ erased }) => erased),
  own('audited.masked', 'masked', ({ masked }) => masked),
];

/** Before the name of every label that the application gives to a type: `audited.labels.team`. */
export const LABEL_PREFIX = 'audited.labels.';

function convention(
  key: string,
  definition: 'stable' | 'development',
  holds: string,
  read: (event: AuditEvent) => unknown,
): OtlpAttribute {
  return { key, holds, definition, read: ({ event }) => read(event) };
}

function own(key: string, holds: string, read: OtlpAttribute['read']): OtlpAttribute {
  return { key, holds, definition: 'audited', read };
}

function http({ transport }: AuditEvent): HttpTransport | undefined {
  return transport.kind === 'http' ? transport : undefined;
}

function late(time: string): string | undefined {
  return unixNano(time) === undefined ? time : undefined;
}
