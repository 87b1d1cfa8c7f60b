import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { nanoseconds } from '../../formats/ecs/nanoseconds.js';
import { ipAddressOf } from '../../formats/ip-address.js';
import { jsonText } from '../../formats/json-text.js';
import { tagText } from './datadog-tags.js';
import type { DatadogSettings } from './datadog.options.js';

/**
 * A record as a log: Datadog's reserved attributes, its standard attributes, and below `audited` the record itself in the
 * format of the destination. The time is not in it: whether one may be given is known only when it is sent.
 *
 * | attribute                              | from the event                                          |
 * | -------------------------------------- | ------------------------------------------------------- |
 * | `ddsource`                             | option `source`                                         |
 * | `ddtags`                               | `env`, `version` of the origin, then the option `tags`  |
 * | `hostname`                             | `origin.host`                                           |
 * | `service`                              | `origin.component`, else the option `service`           |
 * | `status`                               | `severity`                                              |
 * | `message`                              | `action`                                                |
 * | `event_id`, `occurred_at`              | `id`, `occurredAt`                                      |
 * | `trace_id`, `span_id`                  | the same                                                |
 * | `evt.name`, `evt.outcome`              | `type`, `outcome`                                       |
 * | `usr.id`, `usr.name`, `usr.email`      | of the actor                                            |
 * | `network.client.ip`                    | of the actor, if it is an IP address                    |
 * | `http.method`, `.status_code`, `.useragent`, `.url_details.path` | of the exchange, and of the actor |
 * | `error.kind`, `error.message`          | `error.type`, `error.message`                           |
 * | `duration`                             | `durationMs` in nanoseconds                             |
 *
 * @param text the record in the format of the destination: one JSON object
 * @see https://docs.datadoghq.com/logs/log_configuration/attributes_naming_convention/
 */
export function datadogLog(
  { event }: AuditRecord,
  text: string,
  { source, service, tags }: Pick<DatadogSettings, 'source' | 'service' | 'tags'>,
): string {
  const { origin, actor, error } = event;
  const ip = ipAddressOf(actor.ip)?.text;
  const attributes = jsonText({
    ddsource: source,
    ddtags: tagsOf(event, tags),
    hostname: origin.host,
    service: origin.component ?? service,
    // All five are words of Datadog, too.
    status: event.severity,
    message: event.action,
    event_id: event.id,
    occurred_at: event.occurredAt,
    trace_id: event.traceId,
    span_id: event.spanId,
    evt: { name: event.type, outcome: event.outcome },
    usr: group({ id: actor.id, name: actor.name, email: actor.email }),
    network: ip === undefined ? undefined : { client: { ip } },
    http: httpOf(event),
    error: error === undefined ? undefined : group({ kind: error.type, message: error.message }),
    duration: nanoseconds(event.durationMs),
  });
  return `${attributes.slice(0, -1)},"audited":${text}}`;
}

/** Bytes that {@link dated} may add. */
export const TIME_BYTES = Buffer.byteLength('"timestamp":,') + String(Number.MAX_SAFE_INTEGER).length;

/** A log with the time at which it happened; without, Datadog takes the time of its arrival. */
export function dated(log: string, time: number | undefined): string {
  return time === undefined ? log : `{"timestamp":${time},${log.slice(1)}`;
}

function tagsOf({ origin }: AuditEvent, own: readonly string[]): string | undefined {
  const { environment, version } = origin;
  const tags = [
    ...(environment === undefined ? [] : [tagText('env', environment)]),
    ...(version === undefined ? [] : [tagText('version', version)]),
    ...own,
  ];
  return tags.length === 0 ? undefined : tags.join(',');
}

function httpOf({ transport, actor }: AuditEvent): object | undefined {
  const exchange =
    transport.kind === 'http'
      ? { method: transport.method, status_code: transport.status, url_details: { path: transport.path } }
      : {};
  return group({ ...exchange, useragent: actor.userAgent });
}

/** A group of which nothing is known is none. */
function group(members: Readonly<Record<string, unknown>>): object | undefined {
  return Object.values(members).every((value) => value === undefined) ? undefined : members;
}
