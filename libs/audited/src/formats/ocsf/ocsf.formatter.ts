import type { AuditRecord } from '../../event/audit-record.js';
import { LINES, type EventFormatter } from '../event-formatter.js';
import { EventLabels, type Labels } from '../event-labels.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { jsonText } from '../json-text.js';
import { ocsfClassification, type OcsfClassification } from './ocsf-classification.js';
import type { OcsfFacts } from './ocsf-class-parts.js';
import { metadataOf, OCSF_VERSION } from './ocsf-metadata.js';
import { applicationEndpoint, requestOf, responseOf, sourceOf } from './ocsf-network.js';
import { observablesOf, type Observed } from './ocsf-observables.js';
import { actorOf } from './ocsf-people.js';
import { said } from './ocsf-text.js';
import { unmappedOf } from './ocsf-unmapped.js';
import { OCSF_RISKS, OCSF_SEVERITIES, OCSF_STATUSES } from './ocsf-words.js';

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

/** In this order, always. Members that are `undefined` are left out. */
function eventOf(
  record: AuditRecord,
  { actor, source, application }: OcsfFacts,
  classification: OcsfClassification,
  product: object,
  labels: Labels | undefined,
): object {
  const { event } = record;
  const { ocsfClass, parts } = classification;
  const { places } = ocsfClass;
  const http = places.includes('http') && event.transport.kind === 'http' ? event.transport : undefined;
  const trace = places.includes('trace') ? said(event.traceId) : undefined;
  // What the application does by itself has one endpoint; only Authentication may require the other one.
  const hasDestination = source !== application || classification.classUid === 3002;
  const profiles = ['security_control'];
  if (actor !== undefined && !places.includes('actor')) profiles.push('host');
  if (trace !== undefined) profiles.push('trace');
  const attributes = {
    ...classificationOf(classification),
    ...resultOf(record),
    metadata: metadataOf(record, product, profiles, labels),
    actor,
    ...parts.attributes,
    src_endpoint: places.includes('source') ? source : undefined,
    dst_endpoint: places.includes('destination') && hasDestination ? application : undefined,
    http_request: http && requestOf(http, event.actor.userAgent),
    http_response: http && responseOf(http),
    trace: trace === undefined ? undefined : { uid: trace },
  };
  return {
    ...attributes,
    observables: observablesOf(attributes as Observed),
    unmapped: unmappedOf(record, classification, source),
  };
}

function classificationOf({ classUid, ocsfClass, activityId, activityName }: OcsfClassification): object {
  const { caption, categoryUid, category, activities } = ocsfClass;
  return {
    class_uid: classUid,
    class_name: caption,
    category_uid: categoryUid,
    category_name: category,
    activity_id: activityId,
    activity_name: activityName,
    type_uid: classUid * 100 + activityId,
    type_name: `${caption}: ${activities[activityId] ?? 'Other'}`,
  };
}

/** When it was, how grave, and how it ended. */
function resultOf({ event }: AuditRecord): object {
  const { error, transport, durationMs } = event;
  const severity = OCSF_SEVERITIES[event.severity];
  const status = OCSF_STATUSES[event.outcome];
  const risk = OCSF_RISKS[event.risk];
  const answered = transport.kind === 'http' && transport.status !== undefined ? String(transport.status) : undefined;
  return {
    time: Date.parse(event.occurredAt),
    // Times of events are UTC.
    timezone_offset: 0,
    duration: durationMs,
    message: event.action,
    severity_id: severity.id,
    severity: severity.caption,
    status_id: status.id,
    status: status.caption,
    status_code: said(error?.code) ?? answered,
    status_detail: said(event.reason) ?? said(error?.message),
    ...(event.outcome === 'denied' ? DENIED : undefined),
    risk_level_id: risk.id,
    risk_level: risk.caption,
  };
}

/** Profile `security_control`: access control or a rate limit refused it. */
const DENIED = { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' };
