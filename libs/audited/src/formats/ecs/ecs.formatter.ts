import type { AuditErrorInfo, AuditOrigin, AuditOutcome, AuditRisk, AuditSeverity } from '../../event/audit-event.js';
import { GENESIS_HASH, type AuditRecord } from '../../event/audit-record.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { EventLabels, type Labels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { ipAddressOf } from '../ip-address.js';
import { jsonText } from '../json-text.js';
import { ecsCategorization } from './ecs-categorization.js';
import type { EcsEventType } from './ecs-event-types.js';
import { ownFields } from './ecs-own-fields.js';
import { relatedPeople, usersOf } from './ecs-users.js';
import { nanoseconds } from './nanoseconds.js';

/** `product.name` is `event.provider`. */
export type EcsFormatOptions = FormatOptions;

const ECS = Object.freeze({ version: '9.4.0' });

const OUTCOMES: Readonly<Record<AuditOutcome, 'success' | 'failure' | 'unknown'>> = {
  success: 'success',
  failure: 'failure',
  denied: 'failure',
  // ECS: "only an attempt for which the result is unknown".
  pending: 'unknown',
  unknown: 'unknown',
};

/** From 0 to 10, on the scale of CEF, so that events of both kinds sort together. */
const SEVERITIES: Readonly<Record<AuditSeverity, number>> = { debug: 1, info: 3, warning: 6, error: 8, critical: 10 };

/** From 0 to 100, as Elastic Security scores its own four levels. */
const RISK_SCORES: Readonly<Record<AuditRisk, number>> = { low: 21, medium: 47, high: 73, critical: 99 };

/**
 * The Elastic Common Schema, one document a line, for Elasticsearch and whatever else reads ECS. `ECS_FIELDS` is the
 * table of every field and where it comes from; `ECS_EVENT_TYPES` is the one of event types.
 *
 * Texts are never cut: the mapping of a field says from which length on it is no longer indexed (`ignore_above`), and
 * the document keeps it whole.
 *
 * @throws OptionsInvalidError for a mapping outside of the schema's closed lists, and for an unknown option
 */
export function ecsFormatter(options: EcsFormatOptions = {}): EventFormatter {
  const settings = formatSettings(options);
  const categorize = ecsCategorization(settings);
  const labels = new EventLabels(settings);
  const provider = settings.product.name;
  return {
    name: 'ecs',
    contentType: 'application/x-ndjson',
    fileExtension: 'ndjson',
    specification: {
      title: 'Elastic Common Schema (ECS) 9.4.0',
      url: 'https://www.elastic.co/docs/reference/ecs',
    },
    document: LINES,
    format: (record: AuditRecord) => {
      const { type, outcome } = record.event;
      return jsonText(documentOf(record, categorize(type, outcome), labels.of(type), provider));
    },
  };
}

/** Members that are `undefined` are left out; so a group is `undefined` when it would be empty. */
function documentOf(record: AuditRecord, row: EcsEventType, labels: Labels | undefined, provider: string): object {
  const { event } = record;
  const { actor, origin, transport } = event;
  const source = actor.ip === undefined ? undefined : { address: actor.ip, ip: ipAddressOf(actor.ip)?.text };
  const isHttp = transport.kind === 'http';
  return {
    '@timestamp': event.occurredAt,
    ecs: ECS,
    message: event.action,
    event: eventOf(record, row, provider),
    log: { level: event.severity },
    labels,
    tags: tagsOf(record),
    user: usersOf(event),
    source,
    client: source,
    user_agent: actor.userAgent === undefined ? undefined : { original: actor.userAgent },
    http: isHttp
      ? {
          request: { method: transport.method },
          response: transport.status === undefined ? undefined : { status_code: transport.status },
        }
      : undefined,
    url: isHttp ? { path: transport.path } : undefined,
    error: event.error === undefined ? undefined : errorOf(event.error),
    trace: event.traceId === undefined ? undefined : { id: event.traceId },
    span: event.spanId === undefined ? undefined : { id: event.spanId },
    organization: actor.tenantId === undefined ? undefined : { id: actor.tenantId },
    service: serviceOf(origin),
    host: origin.host === undefined ? undefined : { name: origin.host, hostname: origin.host },
    related: relatedOf(record),
    audited: ownFields(record),
  };
}

function eventOf({ event, seal }: AuditRecord, { category, type }: EcsEventType, provider: string): object {
  return {
    kind: 'event',
    category,
    type,
    // An intent describes an attempt, whatever comes of it.
    outcome: event.stage === 'intent' ? 'unknown' : OUTCOMES[event.outcome],
    action: event.type,
    code: event.type,
    id: event.id,
    created: event.recordedAt,
    duration: nanoseconds(event.durationMs),
    severity: SEVERITIES[event.severity],
    risk_score_norm: RISK_SCORES[event.risk],
    reason: event.reason,
    module: 'audited',
    dataset: 'audited.trail',
    provider,
    sequence: seal.position,
    hash: seal.hash,
  };
}

function errorOf({ type, code, message }: AuditErrorInfo): object | undefined {
  return (type ?? code ?? message) === undefined ? undefined : { type, code, message };
}

function serviceOf({ component, version, environment, instanceId }: AuditOrigin): object | undefined {
  return (component ?? version ?? environment ?? instanceId) === undefined
    ? undefined
    : { name: component, version, environment, ephemeral_id: instanceId };
}

/** What a reader of the event should know about its own completeness; `undefined` when there is nothing to say. */
function tagsOf({ event, erased, masked }: AuditRecord): readonly string[] | undefined {
  const tags: string[] = [];
  if (event.truncated?.length) tags.push('truncated');
  if (event.redacted?.length) tags.push('redacted');
  if (event.spooled) tags.push('spooled');
  if (event.uncatalogued) tags.push('uncatalogued');
  if (erased) tags.push('erased');
  if (masked) tags.push('masked');
  return tags.length === 0 ? undefined : tags;
}

function relatedOf(record: AuditRecord): object {
  const { user, ip } = relatedPeople(record.event);
  const { host } = record.event.origin;
  return { user, ip, hosts: host ? [host] : undefined, hash: hashesOf(record) };
}

/** The zeros before the first record of a chain are the hash of nothing. */
function hashesOf({ event, seal }: AuditRecord): readonly string[] {
  const hashes = new Set([seal.hash]);
  if (seal.previousHash !== GENESIS_HASH) hashes.add(seal.previousHash);
  if (event.personal !== undefined) hashes.add(event.personal);
  for (const { sha256 } of event.truncated ?? []) if (sha256 !== undefined) hashes.add(sha256);
  return [...hashes];
}
