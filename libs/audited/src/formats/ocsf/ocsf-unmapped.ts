import type { AuditActor, AuditChange, AuditOrigin, AuditTransport } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { OcsfClassification } from './ocsf-classification.js';
import type { OcsfEndpoint } from './ocsf-network.js';
import { isClient, ocsfEmail } from './ocsf-people.js';
import { jsonOf, known } from './ocsf-text.js';
import { OCSF_HTTP_METHODS } from './ocsf-words.js';

/**
 * What the record knows and its class has no exact place for, under the one root `unmapped.audited`, in the style of
 * OCSF's names. Where OCSF wants a summary (`status_code`, `status_detail`), the facts behind it are here whole.
 *
 * Nothing here grows with the content: a lake that infers its columns gets the same ones from every event. So the
 * chain of delegation is a list instead of a nest, and what is free in its form is JSON text: `details`, and the two
 * sides of a change.
 */
export function unmappedOf(
  { event, seal, erased, masked }: AuditRecord,
  { ocsfClass, parts }: OcsfClassification,
  source: OcsfEndpoint | undefined,
): object {
  const { places } = ocsfClass;
  const { actor, details } = event;
  const hasHttp = places.includes('http') && event.transport.kind === 'http';
  const hasIp = places.includes('source') && source?.ip === actor.ip;
  return {
    audited: {
      causation_id: event.causationId,
      trace_id: places.includes('trace') ? undefined : event.traceId,
      span_id: event.spanId,
      stage: event.stage,
      // The status of an intent is always pending.
      outcome: event.stage === 'intent' && event.outcome !== 'pending' ? event.outcome : undefined,
      duration_ms: Number.isSafeInteger(event.durationMs ?? 0) ? undefined : event.durationMs,
      data_classification: event.dataClassification,
      actor: {
        kind: actor.kind,
        roles: actor.roles,
        email: isClient(actor) || ocsfEmail(actor.email) === undefined ? actor.email : undefined,
        ip: hasIp ? undefined : actor.ip,
        user_agent: hasHttp ? undefined : actor.userAgent,
      },
      on_behalf_of: actor.onBehalfOf === undefined ? undefined : chainOf(actor.onBehalfOf),
      reason: event.reason,
      ticket: event.ticket,
      resource: parts.holdsResource === true ? undefined : event.resource,
      targets: parts.holdsTargets === true ? undefined : event.targets,
      origin: originOf(event.origin),
      transport: transportOf(event.transport, hasHttp),
      details: details === undefined ? undefined : jsonOf(details),
      changes: event.changes?.map(changeOf),
      error: event.error === undefined ? undefined : known(event.error),
      truncated: event.truncated,
      redacted: event.redacted,
      spooled: event.spooled,
      uncatalogued: event.uncatalogued,
      personal: event.personal,
      erased,
      masked,
      chain: seal.chain,
      position: seal.position,
      previous_hash: seal.previousHash,
      hash: seal.hash,
      scheme: seal.scheme,
      mac: seal.mac,
    },
  };
}

/** Everybody behind the actor, in order: the last one is the one whose privileges were used. */
function chainOf(first: AuditActor): readonly object[] {
  const chain: object[] = [];
  for (let next: AuditActor | undefined = first; next !== undefined; next = next.onBehalfOf) {
    chain.push({
      kind: next.kind,
      id: next.id,
      email: next.email,
      name: next.name,
      roles: next.roles,
      ip: next.ip,
      user_agent: next.userAgent,
      tenant_id: next.tenantId,
    });
  }
  return chain;
}

/** What `metadata.reporter` has no place for. */
function originOf({ platform, version, environment }: AuditOrigin): object | undefined {
  return known({ platform, version, environment });
}

/** What `http_request` and `http_response` have no place for; all of it in a class without them. */
function transportOf(transport: AuditTransport, hasHttp: boolean): object {
  const { kind } = transport;
  if (kind === 'manual') return { kind };
  if (kind !== 'http') return { kind, handler: transport.handler };
  const { method, route, path, status, handler } = transport;
  if (!hasHttp) return { kind, method, route, path, status, handler };
  return { kind, method: OCSF_HTTP_METHODS.has(method) ? undefined : method, route, handler };
}

function changeOf({ field, before, after }: AuditChange): object {
  return {
    field,
    before: before === undefined ? undefined : jsonOf(before),
    after: after === undefined ? undefined : jsonOf(after),
  };
}
