import type { AuditActor } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';

/**
 * What every record knows and neither the flat entry nor the SIEM JSON has a place for, in their style of writing
 * names: it stands under the one root `audited`, so that a later key of theirs never meets one of ours. A member that
 * is `undefined` is left out by {@link jsonText}.
 */
export function auditedFacts({ event, seal, erased, masked }: AuditRecord): Readonly<Record<string, unknown>> {
  return {
    causation_id: event.causationId,
    trace_id: event.traceId,
    span_id: event.spanId,
    recorded_at: event.recordedAt,
    duration_ms: event.durationMs,
    stage: event.stage,
    reason: event.reason,
    ticket: event.ticket,
    targets: event.targets,
    transport: event.transport,
    changes: event.changes,
    truncated: event.truncated,
    redacted: event.redacted,
    spooled: event.spooled,
    uncatalogued: event.uncatalogued,
    personal: event.personal,
    chain: seal.chain,
    position: seal.position,
    previous_hash: seal.previousHash,
    hash: seal.hash,
    scheme: seal.scheme,
    mac: seal.mac,
    erased,
    masked,
  };
}

/** Everything that is known of an actor, and of each one on whose behalf it acts. */
export function actorFacts(actor: AuditActor): Readonly<Record<string, unknown>> {
  return {
    kind: actor.kind,
    id: actor.id,
    email: actor.email,
    name: actor.name,
    roles: actor.roles,
    ip: actor.ip,
    user_agent: actor.userAgent,
    tenant_id: actor.tenantId,
    on_behalf_of: actor.onBehalfOf === undefined ? undefined : actorFacts(actor.onBehalfOf),
  };
}
