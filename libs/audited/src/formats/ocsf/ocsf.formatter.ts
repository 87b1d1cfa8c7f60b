import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { EventLabels, type Labels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { jsonText } from '../json-text.js';
import { ocsfClassification, type OcsfClassification } from './ocsf-classification.js';
import type { OcsfFacts } from './ocsf-class-parts.js';
import type { OcsfClass } from './ocsf-classes.js';
import { metadataOf, OCSF_VERSION } from './ocsf-metadata.js';
import { applicationEndpoint, requestOf, responseOf, sourceOf } from './ocsf-network.js';
import { observablesOf } from './ocsf-observables.js';
import { actorOf, type OcsfActor } from './ocsf-people.js';
import { said } from './ocsf-text.js';
import { unmappedOf } from './ocsf-unmapped.js';
import { BLOCKED, DENIED, OCSF_RISKS, OCSF_SEVERITIES, OCSF_STATUSES } from './ocsf-words.js';

/** `product` is `metadata.product`. */
export type OcsfFormatOptions = FormatOptions;

/**
 * The Open Cybersecurity Schema Framework, one event a line. `OCSF_EVENT_TYPES` is the table of classes and activities
 * by event type, and says what happens when a record lacks what its class requires.
 *
 * Attributes that the schema does not have stand in `unmapped.audited`; attributes that it requires are never made up,
 * and values that a type of it refuses (`ip_t`, `email_t`, closed lists) are left out of its attributes and kept there.
 *
 * @throws OptionsInvalidError for a mapping with an unknown class or activity, and for an unknown option
 */
export function ocsfFormatter(options: OcsfFormatOptions = {}): EventFormatter {
  const settings = formatSettings(options);
  const classify = ocsfClassification(settings);
  const labels = new EventLabels(settings);
  const { name, vendor, version } = settings.product;
  const product = { name, vendor_name: vendor, version };
  return {
    name: 'ocsf',
    contentType: 'application/x-ndjson',
    fileExtension: 'ndjson',
    specification: {
      title: `Open Cybersecurity Schema Framework (OCSF) ${OCSF_VERSION}`,
      url: `https://schema.ocsf.io/${OCSF_VERSION}/`,
    },
    document: LINES,
    format: (record: AuditRecord) => {
      const { event } = record;
      const application = applicationEndpoint(event.origin);
      const source = sourceOf(event, application);
      const facts = { event, actor: actorOf(event), source, application, product: name };
      return jsonText(eventOf(record, facts, classify(facts), product, labels.of(event.type)));
    },
  };
}

/**
 * In this order, always. One literal, without spreads: it is the shape of every event, and much faster so. Members that
 * are `undefined` are left out.
 */
function eventOf(
  record: AuditRecord,
  { actor, source, application }: OcsfFacts,
  classification: OcsfClassification,
  product: object,
  labels: Labels | undefined,
): object {
  const { event } = record;
  const { classUid, ocsfClass, activityId, activityName, parts } = classification;
  const { places, caption, activities } = ocsfClass;
  const { attributes } = parts;
  const severity = OCSF_SEVERITIES[event.severity];
  // An intent was written before the action ran, whatever its writer said of the outcome.
  const status = OCSF_STATUSES[event.stage === 'intent' ? 'pending' : event.outcome];
  const risk = OCSF_RISKS[event.risk];
  const isDenied = event.outcome === 'denied';
  const http = places.includes('http') && event.transport.kind === 'http' ? event.transport : undefined;
  const trace = places.includes('trace') ? said(event.traceId) : undefined;
  const src_endpoint = places.includes('source') ? source : undefined;
  // What the application does by itself has one endpoint; only Authentication may require the other one.
  const hasDestination = places.includes('destination') && (source !== application || classUid === 3002);
  const dst_endpoint = hasDestination ? application : undefined;
  const http_request = http && requestOf(http, event.actor.userAgent);
  return {
    class_uid: classUid,
    class_name: caption,
    category_uid: ocsfClass.categoryUid,
    category_name: ocsfClass.category,
    activity_id: activityId,
    activity_name: activityName,
    type_uid: classUid * 100 + activityId,
    type_name: `${caption}: ${activities[activityId] ?? 'Other'}`,
    time: Date.parse(event.occurredAt),
    // Times of events are UTC.
    timezone_offset: 0,
    duration: Number.isSafeInteger(event.durationMs) ? event.durationMs : undefined,
    message: event.action,
    severity_id: severity.id,
    severity: severity.caption,
    status_id: status.id,
    status: status.caption,
    status_code: statusCodeOf(event),
    status_detail: said(event.reason) ?? said(event.error?.message),
    // Profile `security_control`: access control or a rate limit refused it.
    action_id: isDenied ? DENIED.id : undefined,
    action: isDenied ? DENIED.caption : undefined,
    disposition_id: isDenied ? BLOCKED.id : undefined,
    disposition: isDenied ? BLOCKED.caption : undefined,
    risk_level_id: risk.id,
    risk_level: risk.caption,
    metadata: metadataOf(record, product, profilesOf(ocsfClass, actor, trace), labels),
    actor,
    user: attributes.user,
    session: attributes.session,
    service: attributes.service,
    is_remote: attributes.is_remote,
    logon_type_id: attributes.logon_type_id,
    logon_type: attributes.logon_type,
    privileges: attributes.privileges,
    group: attributes.group,
    entity: attributes.entity,
    entity_result: attributes.entity_result,
    comment: attributes.comment,
    app: attributes.app,
    api: attributes.api,
    resources: attributes.resources,
    web_resources: attributes.web_resources,
    log_name: attributes.log_name,
    log_provider: attributes.log_provider,
    log_type_id: attributes.log_type_id,
    log_type: attributes.log_type,
    src_endpoint,
    dst_endpoint,
    http_request,
    http_response: http && responseOf(http),
    trace: trace === undefined ? undefined : { uid: trace },
    observables: observablesOf(actor, attributes, src_endpoint, dst_endpoint, http_request),
    unmapped: unmappedOf(record, classification, source),
  };
}

/** The profiles that attributes of the event belong to. The risk is one of them, so `security_control` is always there. */
function profilesOf({ places }: OcsfClass, actor: OcsfActor | undefined, trace: string | undefined): readonly string[] {
  const profiles = ['security_control'];
  if (actor !== undefined && !places.includes('actor')) profiles.push('host');
  if (trace !== undefined) profiles.push('trace');
  return profiles;
}

/** The source's own code, else what a request was answered with. */
function statusCodeOf({ error, transport }: AuditEvent): string | undefined {
  const code = said(error?.code);
  if (code !== undefined || transport.kind !== 'http' || transport.status === undefined) return code;
  return String(transport.status);
}
