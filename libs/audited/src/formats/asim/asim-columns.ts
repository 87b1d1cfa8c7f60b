import type { AuditChange, AuditEvent } from '../../event/audit-event.js';
import type { JsonValue } from '../../event/json-value.js';
import type { FormatProduct } from '../format.options.js';
import { ipAddressOf } from '../ip-address.js';
import { jsonText } from '../json-text.js';
import { asimDevice } from './asim-device.js';
import type { AsimEventType } from './asim-event-types.js';
import { asimUser } from './asim-user.js';
import { ASIM_RESULTS, ASIM_SEVERITIES, type AsimUserIdType } from './asim-words.js';

/** Values by column; a column whose value is `undefined` is left out. */
export type AsimColumns = Readonly<Record<string, string | number | undefined>>;

/** What the columns need besides the event. */
export interface AsimContext {
  readonly product: Required<FormatProduct>;
  /** Of actors of the kind `user`. */
  readonly userIdType: AsimUserIdType;
}

/**
 * The columns of the schema that an event has values for, apart from `AdditionalFields`. One literal, because an object
 * that is put together from others costs three times as much to make and to write.
 */
export function asimColumns(
  event: AuditEvent,
  { eventType, objectType }: Required<AsimEventType>,
  { product, userIdType }: AsimContext,
): AsimColumns {
  const { actor, origin, resource } = event;
  // An intent has not run yet, whatever outcome it was recorded with.
  const result = ASIM_RESULTS[event.stage === 'intent' ? 'pending' : event.outcome];
  const device = asimDevice(origin, product.name);
  const values = valuesOf(event.changes);
  const user = asimUser(actor, userIdType);
  const application = present(origin.component) ?? present(origin.platform);
  return {
    TimeGenerated: event.occurredAt,
    EventCount: 1,
    EventStartTime: event.occurredAt,
    EventEndTime: endOf(event),
    EventType: eventType,
    EventOriginalType: event.type,
    EventResult: result.EventResult,
    EventResultDetails: result.EventResultDetails,
    EventOriginalResultDetails: present(event.reason) ?? errorOf(event),
    EventSeverity: ASIM_SEVERITIES[event.severity],
    EventOriginalSeverity: event.severity,
    EventUid: event.id,
    EventOriginalUid: event.id,
    EventMessage: present(event.action),
    EventProduct: product.name,
    EventProductVersion: product.version,
    EventVendor: product.vendor,
    EventSchema: 'AuditEvent',
    EventSchemaVersion: '0.1.2',
    Dvc: device.Dvc,
    DvcHostname: device.DvcHostname,
    DvcDomain: device.DvcDomain,
    DvcDomainType: device.DvcDomainType,
    DvcFQDN: device.DvcFQDN,
    DvcIpAddr: device.DvcIpAddr,
    DvcId: device.DvcId,
    DvcIdType: device.DvcIdType,
    DvcAction: result.DvcAction,
    Operation: event.type,
    Object: objectOf(event) ?? application ?? product.name,
    ObjectId: present(resource?.id),
    ObjectType: objectType,
    OriginalObjectType: present(resource?.type),
    OldValue: values?.OldValue,
    NewValue: values?.NewValue,
    ValueType: values?.ValueType,
    ActorUserId: user.ActorUserId,
    ActorUserIdType: user.ActorUserIdType,
    ActorUserAadId: user.ActorUserAadId,
    ActorUserSid: user.ActorUserSid,
    ActorUsername: user.ActorUsername,
    ActorUsernameType: user.ActorUsernameType,
    ActorUserType: user.ActorUserType,
    ActorOriginalUserType: user.ActorOriginalUserType,
    ActorScopeId: user.ActorScopeId,
    ActorSessionId: present(event.sessionId),
    TargetHostname: device.DvcHostname,
    TargetIpAddr: device.DvcIpAddr,
    TargetAppName: application,
    TargetAppType: application === undefined ? undefined : 'Service',
    SrcIpAddr: ipAddressOf(actor.ip)?.text,
    HttpUserAgent: present(actor.userAgent),
  };
}

/** An empty text says nothing, and KQL does not tell it from a column that is not there. */
function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** The last moment that a KQL datetime can be. */
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

function endOf({ occurredAt, durationMs }: AuditEvent): string {
  if (durationMs === undefined || durationMs <= 0) return occurredAt;
  return new Date(Math.min(Date.parse(occurredAt) + durationMs, LAST_TIME)).toISOString();
}

function errorOf({ error }: AuditEvent): string | undefined {
  return error === undefined ? undefined : (present(error.message) ?? present(error.code) ?? present(error.type));
}

/** The name of what was acted on: the resource, else the first target, else what was called. */
function objectOf({ resource, targets, transport }: AuditEvent): string | undefined {
  const thing = resource ?? targets?.[0];
  const name = present(thing?.name) ?? present(thing?.id) ?? present(thing?.type);
  if (name !== undefined || transport.kind === 'manual') return name;
  return transport.kind === 'http' ? (present(transport.route) ?? present(transport.path)) : present(transport.handler);
}

interface Values {
  readonly OldValue: string | undefined;
  readonly NewValue: string | undefined;
  readonly ValueType: 'Other' | undefined;
}

/** One change stands plainly; several are one JSON object a column, by field. Their list is in `AdditionalFields`. */
function valuesOf(changes: readonly AuditChange[] | undefined): Values | undefined {
  const [first, second] = changes ?? [];
  if (changes === undefined || first === undefined) return undefined;
  const OldValue = second === undefined ? plain(first.before) : byField(changes, 'before');
  const NewValue = second === undefined ? plain(first.after) : byField(changes, 'after');
  return { OldValue, NewValue, ValueType: OldValue === undefined && NewValue === undefined ? undefined : 'Other' };
}

function plain(value: JsonValue | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return present(value);
  return typeof value === 'object' && value !== null ? jsonText(value) : JSON.stringify(value);
}

function byField(changes: readonly AuditChange[], side: 'before' | 'after'): string | undefined {
  const known = changes.filter((change) => change[side] !== undefined);
  return known.length === 0
    ? undefined
    : jsonText(Object.fromEntries(known.map((change) => [change.field, change[side]])));
}
