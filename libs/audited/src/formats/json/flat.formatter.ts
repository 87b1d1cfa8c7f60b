import type { AuditEvent, AuditResource } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { EventLabels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { ipAddressOf } from '../ip-address.js';
import { jsonText } from '../json-text.js';
import { actorFacts, auditedFacts } from './audited-facts.js';

/** The common options only. Labels of `eventTypes` stand in `audited.labels`. */
export type FlatFormatOptions = FormatOptions;

/**
 * The flat entry: one JSON line whose facts stand at the top, for readers that index keys and do not look into objects,
 * and for those who read the log of the audit logger that the scam-intelligence catalogue comes from.
 *
 * | key           | from the event                                                              | absent |
 * | ------------- | --------------------------------------------------------------------------- | ------ |
 * | `audit_id`    | `id`                                                                        |        |
 * | `timestamp`   | `occurredAt`                                                                |        |
 * | `event_type`  | `type`                                                                      |        |
 * | `actor`       | `actor.id`, else `actor.email`, else `actor.kind`                           |        |
 * | `resource`    | `resource` as `type/id`, or `type`; else the path of an HTTP request        | `""`   |
 * | `action`      | `action`                                                                    |        |
 * | `details`     | `details`                                                                   | `{}`   |
 * | `ip_address`  | `actor.ip`, if it is an IP address, see {@link ipAddressOf}                 | `null` |
 * | `session_id`  | `sessionId`                                                                 | `null` |
 * | `risk_level`  | `risk`                                                                      |        |
 * | `platform`    | `origin.platform`                                                           | `""`   |
 * | `version`     | `origin.version`                                                            | `""`   |
 * | `environment` | `origin.environment`                                                        | `""`   |
 * | `outcome`     | `outcome`                                                                   |        |
 * | `severity`    | `severity`                                                                  |        |
 *
 * The first thirteen keys are those of that logger, always there, in its order and of its types: `null` only where it had
 * `null`. What it forgot follows: outcome and severity, and whatever else the record knows, in snake case under `audited`.
 *
 * @throws OptionsInvalidError for an option that it does not know, or that is malformed
 */
export function flatFormatter(options: FlatFormatOptions = {}): EventFormatter {
  const labels = new EventLabels(formatSettings(options));
  return {
    name: 'flat',
    contentType: 'application/x-ndjson',
    fileExtension: 'jsonl',
    specification: { title: 'nestjs-audited flat entry, JSON Lines', url: 'https://jsonlines.org/' },
    document: LINES,
    format: (record) => jsonText(flatEntry(record, labels)),
  };
}

function flatEntry(record: AuditRecord, labels: EventLabels): object {
  const { event } = record;
  const { actor, origin } = event;
  return {
    audit_id: event.id,
    timestamp: event.occurredAt,
    event_type: event.type,
    actor: actor.id ?? actor.email ?? actor.kind,
    resource: concerned(event),
    action: event.action,
    details: event.details ?? {},
    ip_address: ipAddressOf(actor.ip)?.text ?? null,
    session_id: event.sessionId ?? null,
    risk_level: event.risk,
    platform: origin.platform ?? '',
    version: origin.version ?? '',
    environment: origin.environment ?? '',
    outcome: event.outcome,
    severity: event.severity,
    audited: {
      correlation_id: event.correlationId,
      data_classification: event.dataClassification,
      labels: labels.of(event.type),
      actor: actorFacts(actor),
      resource: event.resource,
      component: origin.component,
      host: origin.host,
      instance_id: origin.instanceId,
      error: event.error,
      ...auditedFacts(record),
    },
  };
}

/** What the event is about, as one text. */
function concerned({ resource, transport }: AuditEvent): string {
  if (resource !== undefined) return resourceText(resource);
  return transport.kind === 'http' ? transport.path : '';
}

/** `deployment/d-7`; the type alone where nothing has an id. */
function resourceText({ type, id }: AuditResource): string {
  return id === undefined ? type : `${type}/${id}`;
}
