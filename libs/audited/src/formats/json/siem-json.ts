import type { AuditActor, AuditErrorInfo, AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { Labels } from '../event-labels.js';
import { ipAddressOf } from '../ip-address.js';
import { actorFacts, auditedFacts } from './audited-facts.js';

/**
 * The record in the SIEM JSON of system A, the deployment agent that the deployment catalogue comes from: its keys and
 * its places, so that its readers find every fact where they found it. It resembles ECS and is not: `event.category` is
 * no list, `event.type` is the event type. For Elastic there is the format `ecs`.
 *
 * | key          | members                                                                                       |
 * | ------------ | --------------------------------------------------------------------------------------------- |
 * | `@timestamp` | `occurredAt`                                                                                  |
 * | `event`      | `id`, `kind`: "event", `category`: the type up to its first dot, `type`, `outcome`, `severity` |
 * | `user`       | of the actor: `id`, `email`, `roles`                                                          |
 * | `source`     | of the actor: `ip`, if it is an IP address, see {@link ipAddressOf}, `user_agent`             |
 * | `message`    | `action`                                                                                      |
 * | `labels`     | `environment`, `component`, `resource_type`, `resource_id`, `correlation_id`                  |
 * | `error`      | `message`, `type`, `code`                                                                     |
 * | `dvo`        | `details`, `data_classification`                                                              |
 * | `audited`    | whatever else the record knows, in snake case                                                 |
 *
 * A fact that is absent has no key, and a group without members neither; system A wrote `null`.
 *
 * @param own labels that the application gives to the type; where the event knows one of the same name, the event's stands
 */
export function siemJson(record: AuditRecord, own: Labels | undefined): object {
  const { event } = record;
  const { actor, origin } = event;
  return {
    '@timestamp': event.occurredAt,
    event: {
      id: event.id,
      kind: 'event',
      category: categoryOf(event.type),
      type: event.type,
      outcome: event.outcome,
      severity: event.severity,
    },
    user: userOf(actor),
    source: sourceOf(actor),
    message: event.action,
    labels: labelsOf(event, own),
    error: event.error === undefined ? undefined : errorOf(event.error),
    dvo: detailsOf(event),
    audited: {
      session_id: event.sessionId,
      risk: event.risk,
      actor: restOf(actor),
      resource_name: event.resource?.name,
      platform: origin.platform,
      version: origin.version,
      host: origin.host,
      instance_id: origin.instanceId,
      ...auditedFacts(record),
    },
  };
}

function categoryOf(type: string): string {
  const dot = type.indexOf('.');
  return dot === -1 ? type : type.slice(0, dot);
}

function userOf({ id, email, roles }: AuditActor): object | undefined {
  return id === undefined && email === undefined && roles === undefined ? undefined : { id, email, roles };
}

function sourceOf({ ip, userAgent }: AuditActor): object | undefined {
  const address = ipAddressOf(ip)?.text;
  return address === undefined && userAgent === undefined ? undefined : { ip: address, user_agent: userAgent };
}

/** What `user` and `source` have no place for, among it a text that is no address, or not as it was given. */
function restOf({ kind, name, ip, tenantId, onBehalfOf }: AuditActor): object {
  return {
    kind,
    name,
    ip: ipAddressOf(ip)?.text === ip ? undefined : ip,
    tenant_id: tenantId,
    on_behalf_of: onBehalfOf === undefined ? undefined : actorFacts(onBehalfOf),
  };
}

function labelsOf({ origin, resource, correlationId }: AuditEvent, own: Labels | undefined): object | undefined {
  const { environment, component } = origin;
  const facts = {
    environment,
    component,
    resource_type: resource?.type,
    resource_id: resource?.id,
    correlation_id: correlationId,
  };
  if (own === undefined) {
    return resource === undefined && (environment ?? component ?? correlationId) === undefined ? undefined : facts;
  }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...Object.entries(own), ...known]);
}

function errorOf({ message, type, code }: AuditErrorInfo): object | undefined {
  return (message ?? type ?? code) === undefined ? undefined : { message, type, code };
}

function detailsOf({ details, dataClassification }: AuditEvent): object | undefined {
  return details === undefined && dataClassification === undefined
    ? undefined
    : { details, data_classification: dataClassification };
}
