import type { AuditRecord } from '../../event/audit-record.js';

/** What a parameter may be made of. */
export type ParameterValue = string | number | boolean | object | undefined;

/**
 * What the private SD-ELEMENT `audit@<enterprise number>` may say: PARAM-NAME, and where its value comes from. In order
 * of weight: when there is not room for all of them, those at the end are left out first.
 *
 * Texts and numbers are written as they are, a list of texts as one parameter a text (RFC 5424 section 6.3.3 allows a
 * name more than once), anything else as JSON. Absent facts and empty texts have no parameter.
 */
export const AUDIT_PARAMETERS = Object.freeze({
  actor: ({ event }) => event.actor.id,
  outcome: ({ event }) => event.outcome,
  type: ({ event }) => event.type,
  id: ({ event }) => event.id,
  severity: ({ event }) => event.severity,
  risk: ({ event }) => event.risk,
  stage: ({ event }) => event.stage,
  chain: ({ seal }) => seal.chain,
  position: ({ seal }) => seal.position,
  actorKind: ({ event }) => event.actor.kind,
  actorName: ({ event }) => event.actor.name,
  actorEmail: ({ event }) => event.actor.email,
  actorIp: ({ event }) => event.actor.ip,
  tenantId: ({ event }) => event.actor.tenantId,
  resourceType: ({ event }) => event.resource?.type,
  resourceId: ({ event }) => event.resource?.id,
  resourceName: ({ event }) => event.resource?.name,
  reason: ({ event }) => event.reason,
  ticket: ({ event }) => event.ticket,
  correlationId: ({ event }) => event.correlationId,
  causationId: ({ event }) => event.causationId,
  sessionId: ({ event }) => event.sessionId,
  traceId: ({ event }) => event.traceId,
  spanId: ({ event }) => event.spanId,
  recordedAt: ({ event }) => event.recordedAt,
  durationMs: ({ event }) => event.durationMs,
  dataClassification: ({ event }) => event.dataClassification,
  component: ({ event }) => event.origin.component,
  platform: ({ event }) => event.origin.platform,
  version: ({ event }) => event.origin.version,
  environment: ({ event }) => event.origin.environment,
  host: ({ event }) => event.origin.host,
  instanceId: ({ event }) => event.origin.instanceId,
  transport: ({ event }) => event.transport.kind,
  method: ({ event }) => (event.transport.kind === 'http' ? event.transport.method : undefined),
  route: ({ event }) => (event.transport.kind === 'http' ? event.transport.route : undefined),
  path: ({ event }) => (event.transport.kind === 'http' ? event.transport.path : undefined),
  status: ({ event }) => (event.transport.kind === 'http' ? event.transport.status : undefined),
  handler: ({ event }) => (event.transport.kind === 'manual' ? undefined : event.transport.handler),
  errorType: ({ event }) => event.error?.type,
  errorCode: ({ event }) => event.error?.code,
  errorMessage: ({ event }) => event.error?.message,
  roles: ({ event }) => event.actor.roles,
  onBehalfOf: ({ event }) => event.actor.onBehalfOf,
  userAgent: ({ event }) => event.actor.userAgent,
  spooled: ({ event }) => event.spooled,
  uncatalogued: ({ event }) => event.uncatalogued,
  erased: ({ erased }) => erased,
  masked: ({ masked }) => masked,
  previousHash: ({ seal }) => seal.previousHash,
  hash: ({ seal }) => seal.hash,
  scheme: ({ seal }) => seal.scheme,
  mac: ({ seal }) => seal.mac,
  personal: ({ event }) => event.personal,
  targets: ({ event }) => event.targets,
  changes: ({ event }) => event.changes,
  details: ({ event }) => event.details,
  truncated: ({ event }) => event.truncated,
  redacted: ({ event }) => event.redacted,
} satisfies Readonly<Record<string, (record: AuditRecord) => ParameterValue>>);

export type AuditParameterName = keyof typeof AUDIT_PARAMETERS;

export const AUDIT_PARAMETER_NAMES = Object.keys(AUDIT_PARAMETERS) as readonly AuditParameterName[];

/** What a collector routes, filters and counts by; enough where the payload carries the rest. */
export const CORE_PARAMETER_NAMES: readonly AuditParameterName[] = [
  'actor',
  'outcome',
  'type',
  'id',
  'severity',
  'risk',
  'stage',
  'chain',
  'position',
];
