import { own, type CefKey } from './cef-key.js';

/**
 * Facts that no key of the dictionary means. The standard allows such keys and warns that ArcSight shows them without
 * making them available to rules and reports, so nothing that a rule wants stands here.
 */
export const CEF_OWN_KEYS: readonly CefKey[] = Object.freeze([
  own('Stage', 63, 'stage', ({ event }) => event.stage),
  own('Risk', 63, 'risk', ({ event }) => event.risk),
  own('ActorKind', 63, 'actor.kind', ({ event }) => event.actor.kind),
  own('ActorName', 1023, 'actor.name', ({ event }) => event.actor.name),
  own('ResourceName', 1023, 'resource.name', ({ event }) => event.resource?.name),
  own('Ticket', 255, 'ticket', ({ event }) => event.ticket),
  own('DataClassification', 255, 'dataClassification', ({ event }) => event.dataClassification),

  own('Chain', 64, 'seal.chain', ({ seal }) => seal.chain),
  own('PreviousHash', 64, 'seal.previousHash', ({ seal }) => seal.previousHash),
  own('Scheme', 63, 'seal.scheme', ({ seal }) => seal.scheme),
  own('Mac', 255, 'seal.mac', ({ seal }) => seal.mac),
  own('Personal', 64, 'personal', ({ event }) => event.personal),
  own('Erased', 4, 'erased', ({ erased }) => erased),
  own('Masked', 4, 'masked', ({ masked }) => masked),

  own('CausationId', 40, 'causationId', ({ event }) => event.causationId),
  own('SessionId', 255, 'sessionId', ({ event }) => event.sessionId),
  own('TraceId', 32, 'traceId', ({ event }) => event.traceId),
  own('SpanId', 16, 'spanId', ({ event }) => event.spanId),
  own('Transport', 63, 'transport.kind', ({ event }) => event.transport.kind),
  own('Route', 1023, 'transport.route', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.route : undefined,
  ),
  own('Handler', 1023, 'transport.handler', ({ event }) =>
    event.transport.kind === 'manual' ? undefined : event.transport.handler,
  ),
  own('Platform', 255, 'origin.platform', ({ event }) => event.origin.platform),
  own('Version', 255, 'origin.version', ({ event }) => event.origin.version),
  own('Environment', 255, 'origin.environment', ({ event }) => event.origin.environment),

  own('ErrorType', 255, 'error.type', ({ event }) => event.error?.type),
  own('ErrorCode', 255, 'error.code', ({ event }) => event.error?.code),
  own('ErrorMessage', 1023, 'error.message', ({ event }) => event.error?.message),
  own('OnBehalfOf', 4000, 'actor.onBehalfOf', ({ event }) => event.actor.onBehalfOf),
  own('Targets', 4000, 'targets', ({ event }) => event.targets),
  own('Truncated', 4000, 'truncated', ({ event }) => event.truncated),
  own('Redacted', 4000, 'redacted', ({ event }) => event.redacted),
  own('Spooled', 4, 'spooled', ({ event }) => event.spooled),
  own('Uncatalogued', 4, 'uncatalogued', ({ event }) => event.uncatalogued),
]);
