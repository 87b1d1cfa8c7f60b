import type { AuditActor, AuditEvent, AuditOrigin, AuditResource, AuditTransport } from './audit-event.js';
import { canonicalJson, canonicalNumber, canonicalString } from './canonical-json.js';
import type { JsonObject, JsonValue } from './json-value.js';

/**
 * Canonical JSON (RFC 8785) of an event, byte-equal to `canonicalJson(event)` and several times as
 * fast: the fields are known, so their order is written down here instead of being sorted each time.
 * A property test holds the two equal; a field that is missing here fails to compile.
 *
 * Even values from closed lists (`outcome`, `kind`) are written as strings that are escaped where needed: types
 * end at run time, and a forged value must not be able to write members of its own into a sealed body.
 */
export function canonicalEvent(event: AuditEvent): string {
  let text = `{"action":${canonicalString(event.action)},"actor":${canonicalActor(event.actor)}`;
  text += stringMember('causationId', event.causationId);
  text += jsonMember('changes', event.changes);
  text += stringMember('correlationId', event.correlationId);
  text += stringMember('dataClassification', event.dataClassification);
  text += jsonMember('details', event.details);
  if (event.durationMs !== undefined) {
    text += `,"durationMs":${canonicalNumber(event.durationMs)}`;
  }
  text += jsonMember('error', event.error);
  text += `,"id":${canonicalString(event.id)},"occurredAt":${canonicalString(event.occurredAt)}`;
  text += `,"origin":${canonicalOrigin(event.origin)},"outcome":${canonicalString(event.outcome)}`;
  text += stringMember('personal', event.personal);
  text += stringMember('reason', event.reason);
  text += `,"recordedAt":${canonicalString(event.recordedAt)}`;
  text += jsonMember('redacted', event.redacted);
  if (event.resource !== undefined) {
    text += `,"resource":${canonicalResource(event.resource)}`;
  }
  text += `,"risk":${canonicalString(event.risk)}`;
  text += stringMember('sessionId', event.sessionId);
  text += `,"severity":${canonicalString(event.severity)}`;
  text += stringMember('spanId', event.spanId);
  if (event.spooled !== undefined) {
    text += ',"spooled":true';
  }
  text += `,"stage":${canonicalString(event.stage)}`;
  text += jsonMember('targets', event.targets);
  text += stringMember('ticket', event.ticket);
  text += stringMember('traceId', event.traceId);
  text += `,"transport":${canonicalTransport(event.transport)}`;
  text += jsonMember('truncated', event.truncated);
  text += `,"type":${canonicalString(event.type)}`;
  if (event.uncatalogued !== undefined) {
    text += ',"uncatalogued":true';
  }
  return `${text}}`;
}

/** Fails to compile when an event has a field that {@link canonicalEvent} does not write. */
export const WRITTEN_EVENT_FIELDS = {
  action: true,
  actor: true,
  causationId: true,
  changes: true,
  correlationId: true,
  dataClassification: true,
  details: true,
  durationMs: true,
  error: true,
  id: true,
  occurredAt: true,
  origin: true,
  outcome: true,
  personal: true,
  reason: true,
  recordedAt: true,
  redacted: true,
  resource: true,
  risk: true,
  sessionId: true,
  severity: true,
  spanId: true,
  spooled: true,
  stage: true,
  targets: true,
  ticket: true,
  traceId: true,
  transport: true,
  truncated: true,
  type: true,
  uncatalogued: true,
} satisfies Record<keyof AuditEvent, true>;

function canonicalActor(actor: AuditActor): string {
  let text = '{';
  if (actor.email !== undefined) {
    text += `"email":${canonicalString(actor.email)},`;
  }
  if (actor.id !== undefined) {
    text += `"id":${canonicalString(actor.id)},`;
  }
  if (actor.ip !== undefined) {
    text += `"ip":${canonicalString(actor.ip)},`;
  }
  text += `"kind":${canonicalString(actor.kind)}`;
  text += stringMember('name', actor.name);
  if (actor.onBehalfOf !== undefined) {
    text += `,"onBehalfOf":${canonicalActor(actor.onBehalfOf)}`;
  }
  text += jsonMember('roles', actor.roles);
  text += stringMember('tenantId', actor.tenantId);
  text += stringMember('userAgent', actor.userAgent);
  return `${text}}`;
}

function canonicalResource(resource: AuditResource): string {
  let text = '{';
  if (resource.id !== undefined) {
    text += `"id":${canonicalString(resource.id)},`;
  }
  if (resource.name !== undefined) {
    text += `"name":${canonicalString(resource.name)},`;
  }
  return `${text}"type":${canonicalString(resource.type)}}`;
}

/** One application has one origin, so its text is kept as long as the object lives. */
const originTexts = new WeakMap<AuditOrigin, string>();

function canonicalOrigin(origin: AuditOrigin): string {
  let text = originTexts.get(origin);
  if (text === undefined) {
    text = canonicalJson({ ...origin });
    if (Object.isFrozen(origin)) {
      originTexts.set(origin, text);
    }
  }
  return text;
}

function canonicalTransport(transport: AuditTransport): string {
  if (transport.kind !== 'http') {
    return canonicalJson({ ...transport });
  }
  let text = '{';
  if (transport.handler !== undefined) {
    text += `"handler":${canonicalString(transport.handler)},`;
  }
  text += `"kind":"http","method":${canonicalString(transport.method)},"path":${canonicalString(transport.path)}`;
  text += stringMember('route', transport.route);
  if (transport.status !== undefined) {
    text += `,"status":${canonicalNumber(transport.status)}`;
  }
  return `${text}}`;
}

function stringMember(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${canonicalString(value)}`;
}

function jsonMember(name: string, value: JsonObject | readonly unknown[] | object | undefined): string {
  return value === undefined ? '' : `,"${name}":${canonicalJson(value as JsonValue)}`;
}
