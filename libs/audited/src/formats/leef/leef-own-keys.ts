import { own, type LeefKey } from './leef-key.js';

/**
 * Facts that no predefined attribute means. They have no prefix: QRadar keeps properties apart by vendor and product of
 * the header, and a person reads them. No key ends in another key, so that an expression for `hash=` finds `hash`.
 */
export const LEEF_OWN_KEYS: readonly LeefKey[] = Object.freeze([
  own('eventId', 63, 'id', ({ event }) => event.id),
  own('action', 1023, 'action', ({ event }) => event.action),
  own('reason', 1023, 'reason', ({ event }) => event.reason),
  own('eventCategory', 255, 'category of the type', (_record, category) => category),
  own('stage', 63, 'stage', ({ event }) => event.stage),
  own('risk', 63, 'risk', ({ event }) => event.risk),
  own('recordedAt', 24, 'recordedAt', ({ event }) => event.recordedAt),
  own('durationMs', 20, 'durationMs', ({ event }) => event.durationMs),
  own('actorKind', 63, 'actor.kind', ({ event }) => event.actor.kind),
  own('actorName', 255, 'actor.name', ({ event }) => event.actor.name),
  own('resourceType', 255, 'resource.type', ({ event }) => event.resource?.type),
  own('resourceName', 1023, 'resource.name', ({ event }) => event.resource?.name),

  own('chain', 64, 'seal.chain', ({ seal }) => seal.chain),
  own('position', 20, 'seal.position', ({ seal }) => seal.position),
  own('hash', 64, 'seal.hash', ({ seal }) => seal.hash),
  own('previousHash', 64, 'seal.previousHash', ({ seal }) => seal.previousHash),
  own('scheme', 63, 'seal.scheme', ({ seal }) => seal.scheme),
  own('mac', 255, 'seal.mac', ({ seal }) => seal.mac),
  own('personal', 64, 'personal', ({ event }) => event.personal),
  own('erased', 4, 'erased', ({ erased }) => erased),
  own('masked', 4, 'masked', ({ masked }) => masked),

  own('correlationId', 255, 'correlationId', ({ event }) => event.correlationId),
  own('causationId', 63, 'causationId', ({ event }) => event.causationId),
  own('sessionId', 255, 'sessionId', ({ event }) => event.sessionId),
  own('traceId', 32, 'traceId', ({ event }) => event.traceId),
  own('spanId', 16, 'spanId', ({ event }) => event.spanId),
  own('ticket', 255, 'ticket', ({ event }) => event.ticket),
  own('dataClassification', 255, 'dataClassification', ({ event }) => event.dataClassification),

  own('transport', 63, 'transport.kind', ({ event }) => event.transport.kind),
  own('method', 63, 'transport.method', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.method : undefined,
  ),
  own('route', 1023, 'transport.route', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.route : undefined,
  ),
  own('status', 20, 'transport.status', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.status : undefined,
  ),
  own('handler', 1023, 'transport.handler', ({ event }) =>
    event.transport.kind === 'manual' ? undefined : event.transport.handler,
  ),
  own('userAgent', 1023, 'actor.userAgent', ({ event }) => event.actor.userAgent),

  own('host', 255, 'origin.host', ({ event }) => event.origin.host),
  own('instanceId', 255, 'origin.instanceId', ({ event }) => event.origin.instanceId),
  own('component', 255, 'origin.component', ({ event }) => event.origin.component),
  own('platform', 255, 'origin.platform', ({ event }) => event.origin.platform),
  own('version', 255, 'origin.version', ({ event }) => event.origin.version),
  own('environment', 255, 'origin.environment', ({ event }) => event.origin.environment),

  own('errorType', 255, 'error.type', ({ event }) => event.error?.type),
  own('errorCode', 255, 'error.code', ({ event }) => event.error?.code),
  own('errorMessage', 1023, 'error.message', ({ event }) => event.error?.message),
  own('onBehalfOf', 4000, 'actor.onBehalfOf', ({ event }) => event.actor.onBehalfOf),
  own('targets', 4000, 'targets', ({ event }) => event.targets),
  own('changes', 4000, 'changes', ({ event }) => event.changes),
  own('details', 4000, 'details', ({ event }) => event.details),
  own('truncated', 4000, 'truncated', ({ event }) => event.truncated),
  own('redacted', 4000, 'redacted', ({ event }) => event.redacted),
  own('spooled', 4, 'spooled', ({ event }) => event.spooled),
  own('uncatalogued', 4, 'uncatalogued', ({ event }) => event.uncatalogued),
]);
