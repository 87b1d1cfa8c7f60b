import { affectedUser, changedValues, endMs, epochMs, firstVisible, listed } from '../key-value/flat-facts.js';
import { ipAddressOf } from '../ip-address.js';
import { text, text12, typed, type CefKey } from './cef-key.js';
import { CEF_OWN_KEYS } from './cef-own-keys.js';

/**
 * The keys of the ArcSight extension dictionary (CEF Implementation Standard, edition 27, chapter 2) that carry
 * something of a record, in the order of the line. What a receiver with a small buffer must not lose stands first.
 */
const DICTIONARY_KEYS: readonly CefKey[] = [
  typed('Time stamp', 'rt', 'deviceReceiptTime', 'recordedAt', ({ event }) => epochMs(event.recordedAt)),
  typed('Time stamp', 'start', 'startTime', 'occurredAt', ({ event }) => epochMs(event.occurredAt)),
  typed('Time stamp', 'end', 'endTime', 'occurredAt and durationMs', ({ event }) => endMs(event)),
  text('externalId', 'externalId', 40, 'id', ({ event }) => event.id),
  text('act', 'deviceAction', 63, 'type', ({ event }) => event.type),
  text('cat', 'deviceEventCategory', 1023, '/audit, and the category of the type', (_record, category) =>
    category === undefined ? '/audit' : `/audit/${category}`,
  ),
  text('outcome', 'eventOutcome', 63, 'outcome', ({ event }) => event.outcome),
  text('reason', 'reason', 1023, 'reason; without one, error.message', ({ event }) =>
    firstVisible(event.reason, event.error?.message),
  ),
  text('msg', 'message', 1023, 'action', ({ event }) => event.action),

  typed('IPv4 address', 'src', 'sourceAddress', 'actor.ip', ({ event }) => address(event.actor.ip, 4)),
  typed(
    'IPv6 address',
    'c6a2',
    'deviceCustomIPv6Address2',
    'actor.ip',
    ({ event }) => address(event.actor.ip, 6),
    'Source IPv6 Address',
  ),
  text('suser', 'sourceUserName', 1023, 'actor.email; without one, actor.name', ({ event }) =>
    firstVisible(event.actor.email, event.actor.name),
  ),
  text('suid', 'sourceUserId', 1023, 'actor.id', ({ event }) => event.actor.id),
  text('spriv', 'sourceUserPrivileges', 1023, 'actor.roles', ({ event }) => listed(event.actor.roles)),
  text('duser', 'destinationUserName', 1023, 'name of the affected user', ({ event }) => affectedUser(event)?.name),
  text('duid', 'destinationUserId', 1023, 'id of the affected user', ({ event }) => affectedUser(event)?.id),
  text('dpriv', 'destinationUserPrivileges', 1023, 'roles of the affected user', ({ event }) =>
    listed(affectedUser(event)?.roles),
  ),

  text('app', 'applicationProtocol', 31, 'HTTP, when transport.kind is http', ({ event }) =>
    event.transport.kind === 'http' ? 'HTTP' : undefined,
  ),
  text('request', 'requestUrl', 1023, 'transport.path', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.path : undefined,
  ),
  text('requestMethod', 'requestMethod', 1023, 'transport.method', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.method : undefined,
  ),
  text(
    'requestClientApplication',
    'requestClientApplication',
    1023,
    'actor.userAgent',
    ({ event }) => event.actor.userAgent,
  ),
  typed(
    'Long',
    'cn1',
    'deviceCustomNumber1',
    'transport.status',
    ({ event }) => (event.transport.kind === 'http' ? event.transport.status : undefined),
    'HTTP Status',
  ),

  typed('IPv4 address', 'dvc', 'deviceAddress', 'origin.host', ({ event }) => address(event.origin.host, 4)),
  typed(
    'IPv6 address',
    'c6a1',
    'deviceCustomIPv6Address1',
    'origin.host',
    ({ event }) => address(event.origin.host, 6),
    'Device IPv6 Address',
  ),
  text('dvchost', 'deviceHostName', 100, 'origin.host, unless it is an address', ({ event }) =>
    ipAddressOf(event.origin.host) === undefined ? event.origin.host : undefined,
  ),
  text('deviceExternalId', 'deviceExternalId', 255, 'origin.instanceId', ({ event }) => event.origin.instanceId),
  text('sourceServiceName', 'sourceServiceName', 1023, 'origin.component', ({ event }) => event.origin.component),

  text('cs1', 'deviceCustomString1', 4000, 'resource.type', ({ event }) => event.resource?.type, 'Resource Type'),
  text('cs2', 'deviceCustomString2', 4000, 'resource.id', ({ event }) => event.resource?.id, 'Resource ID'),
  text('cs3', 'deviceCustomString3', 4000, 'actor.tenantId', ({ event }) => event.actor.tenantId, 'Tenant ID'),
  text('cs4', 'deviceCustomString4', 4000, 'correlationId', ({ event }) => event.correlationId, 'Correlation ID'),
  text('cs5', 'deviceCustomString5', 4000, 'seal.hash', ({ seal }) => seal.hash, 'Record Hash'),
  typed('Long', 'cn2', 'deviceCustomNumber2', 'seal.position', ({ seal }) => seal.position, 'Chain Position'),

  text12('reportedResourceType', 'Reported Resource Type', 64, 'resource.type', ({ event }) => event.resource?.type),
  text12('reportedResourceID', 'Reported Resource ID', 256, 'resource.id', ({ event }) => event.resource?.id),
  text12('reportedResourceName', 'Reported Resource Name', 64, 'resource.name', ({ event }) => event.resource?.name),
  text12(
    'reportedResourceGroupName',
    'Reported Resource Group Name',
    128,
    'origin.platform, when there is a resource',
    ({ event }) => (event.resource === undefined ? undefined : event.origin.platform),
  ),
  text12('reportedDuration', 'Reported Duration', 20, 'durationMs', ({ event }) => event.durationMs),

  text(
    'flexString1',
    'flexString1',
    1023,
    'before of each of changes',
    ({ event }) => changedValues(event.changes, 'before'),
    'Old Values',
  ),
  text(
    'flexString2',
    'flexString2',
    1023,
    'after of each of changes',
    ({ event }) => changedValues(event.changes, 'after'),
    'New Values',
  ),
  text('cs6', 'deviceCustomString6', 4000, 'details', ({ event }) => event.details, 'Details'),
];

/** Every key of a line, in its order: the dictionary's, then ours. */
export const CEF_KEYS: readonly CefKey[] = Object.freeze([...DICTIONARY_KEYS, ...CEF_OWN_KEYS]);

/** The most bytes of UTF-8 of the fields of the header, before escaping (chapter 1, "Header Field Definitions"). */
export const CEF_HEADER_BYTES = Object.freeze({
  deviceVendor: 63,
  deviceProduct: 63,
  deviceVersion: 31,
  deviceEventClassId: 1023,
  name: 512,
});

function address(text: string | undefined, version: 4 | 6): string | undefined {
  const found = ipAddressOf(text);
  return found?.version === version ? found.text : undefined;
}
