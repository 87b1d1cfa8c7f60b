import type { AuditRecord } from '../../event/audit-record.js';
import type { Labels } from '../event-labels.js';
import { known, said } from './ocsf-text.js';

/** The version of the schema, as `metadata.version` states it. */
export const OCSF_VERSION = '1.8.0';

/** `integer_t` has 32 bits. A position beyond is only `unmapped`. */
const MOST = 2 ** 31 - 1;

/**
 * The object `metadata`.
 *
 * @param product what reported the event, from the options
 * @param profiles names of the profiles whose attributes the event has
 */
export function metadataOf(
  { event, seal }: AuditRecord,
  product: object,
  profiles: readonly string[],
  labels: Labels | undefined,
): object {
  return {
    version: OCSF_VERSION,
    product,
    profiles,
    uid: event.id,
    event_code: event.type,
    correlation_uid: event.correlationId,
    tenant_uid: event.actor.tenantId,
    log_name: seal.chain,
    log_level: event.severity,
    sequence: seal.position <= MOST ? seal.position : undefined,
    logged_time: Date.parse(event.recordedAt),
    reporter: reporterOf(event.origin),
    tags: labels === undefined ? undefined : tagsOf(labels),
    is_truncated: event.truncated !== undefined && event.truncated.length > 0 ? true : undefined,
  };
}

/** "The entity from which the event was first reported." */
function reporterOf({ component, host, instanceId }: AuditRecord['event']['origin']): object | undefined {
  return known({ name: said(component), hostname: said(host), uid: said(instanceId) });
}

function tagsOf(labels: Labels): readonly object[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}
