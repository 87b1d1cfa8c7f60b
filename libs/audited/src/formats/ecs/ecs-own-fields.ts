import type { AuditActor, AuditChange, AuditTransport } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { ipAddressOf } from '../ip-address.js';
import { fitsFlattened } from './flattened.js';
import { nanoseconds } from './nanoseconds.js';

/**
 * What the record knows and ECS has no field for, under the one root `audited`: the name of a product, which ECS never
 * gives to a field of its own.
 *
 * Nothing here grows with the content. Lists hold members of a fixed shape, the chain of delegation is a list instead
 * of a nest, the two sides of a change are JSON text, and `details` is for a `flattened` field: one mapping, whatever
 * it holds. Details that such a field would refuse are JSON text in `details_json`. The component template
 * docs/guide/ecs-component-template.json maps every field.
 *
 * @see https://www.elastic.co/docs/reference/ecs/ecs-custom-fields-in-ecs
 */
export function ownFields({ event, seal, erased, masked }: AuditRecord): object {
  const { actor, durationMs, details } = event;
  const fits = details === undefined || fitsFlattened(details);
  return {
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    session_id: event.sessionId,
    duration_ms: nanoseconds(durationMs) === undefined ? durationMs : undefined,
    stage: event.stage,
    outcome: event.outcome,
    risk: event.risk,
    data_classification: event.dataClassification,
    actor: { kind: actor.kind, on_behalf_of: actor.onBehalfOf === undefined ? undefined : chainOf(actor.onBehalfOf) },
    ticket: event.ticket,
    resource: event.resource,
    targets: event.targets,
    platform: event.origin.platform,
    transport: transportOf(event.transport),
    details: fits ? details : undefined,
    details_json: fits ? undefined : JSON.stringify(details),
    changes: event.changes?.map(changeOf),
    truncated: event.truncated,
    redacted: event.redacted,
    spooled: event.spooled,
    uncatalogued: event.uncatalogued,
    personal: event.personal,
    erased,
    masked,
    chain: seal.chain,
    previous_hash: seal.previousHash,
    scheme: seal.scheme,
    mac: seal.mac,
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
      address: next.ip,
      ip: ipAddressOf(next.ip)?.text,
      user_agent: next.userAgent,
      tenant_id: next.tenantId,
    });
  }
  return chain;
}

/** What `http` and `url` have no place for. */
function transportOf(transport: AuditTransport): object {
  const { kind } = transport;
  if (kind === 'manual') return { kind };
  return { kind, route: kind === 'http' ? transport.route : undefined, handler: transport.handler };
}

function changeOf({ field, before, after }: AuditChange): object {
  return {
    field,
    before: before === undefined ? undefined : JSON.stringify(before),
    after: after === undefined ? undefined : JSON.stringify(after),
  };
}
