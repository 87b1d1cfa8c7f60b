import type { AuditActor } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { Labels } from '../event-labels.js';
import { ipAddressOf } from '../ip-address.js';

/** A value that does not stand in the row whole, as {@link AuditedMembers.cut} says it. */
export interface AsimCut {
  /** JSON Pointer (RFC 6901) into the row: `/NewValue`, `/AdditionalFields/audited/details`. */
  readonly path: string;
  /** Size of the whole value in bytes of UTF-8; of its JSON unless it is a text. */
  readonly bytes: number;
}

/** `AdditionalFields.audited`; {@link auditedMembers} says what is in it. */
export type AuditedMembers = Readonly<Record<string, unknown>> & { readonly cut?: readonly AsimCut[] };

/** Members that no row may lose: the seal, and small words. */
export const KEPT_MEMBERS: ReadonlySet<string> = new Set(
  'chain position previousHash hash scheme mac erased masked recordedAt durationMs stage outcome risk'.split(' '),
);

/**
 * What ASIM has no column for, in our own words: the seal, and the facts of the event that a column does not hold, or
 * not exactly. `actor` has what the `Actor*` columns leave out; all else stands here as in the event.
 */
export function auditedMembers(
  { event, seal, erased, masked }: AuditRecord,
  labels: Labels | undefined,
): AuditedMembers {
  return {
    chain: seal.chain,
    position: seal.position,
    previousHash: seal.previousHash,
    hash: seal.hash,
    scheme: seal.scheme,
    mac: seal.mac,
    erased,
    masked,
    recordedAt: event.recordedAt,
    durationMs: event.durationMs,
    stage: event.stage,
    outcome: event.outcome,
    risk: event.risk,
    correlationId: event.correlationId,
    causationId: event.causationId,
    traceId: event.traceId,
    spanId: event.spanId,
    dataClassification: event.dataClassification,
    reason: event.reason,
    ticket: event.ticket,
    actor: restOf(event.actor),
    targets: event.targets,
    origin: event.origin,
    transport: event.transport,
    details: event.details,
    changes: event.changes,
    error: event.error,
    truncated: event.truncated,
    redacted: event.redacted,
    spooled: event.spooled,
    uncatalogued: event.uncatalogued,
    personal: event.personal,
    labels,
  };
}

/** The name, because `ActorUsername` may be the e-mail address; an address that is none, or not written as in `SrcIpAddr`. */
function restOf({ name, ip, roles, onBehalfOf }: AuditActor): object | undefined {
  const otherIp = ipAddressOf(ip)?.text === ip ? undefined : ip;
  if (name === undefined && otherIp === undefined && roles === undefined && onBehalfOf === undefined) return undefined;
  return { name, roles, ip: otherIp, onBehalfOf };
}
