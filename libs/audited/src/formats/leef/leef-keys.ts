import type { AuditRecord } from '../../event/audit-record.js';
import { ipAddressOf } from '../ip-address.js';
import { epochMs, firstVisible, listed, SEVERITY_NUMBERS } from '../key-value/flat-facts.js';
import { sessionChangeOf } from './leef-event-types.js';
import { predefined, type LeefKey } from './leef-key.js';
import { LEEF_OWN_KEYS } from './leef-own-keys.js';

/**
 * The predefined attributes (IBM DSM guide, "Predefined LEEF event attributes") that carry something of a record, in
 * the order of the line. QRadar cuts long messages at their end, so these stand first.
 */
const PREDEFINED_KEYS: readonly LeefKey[] = [
  // With the EventID it chooses what QRadar calls the event, so it tells a log-in that failed from one that did not.
  predefined('cat', 63, 'outcome', ({ event }) => event.outcome),
  predefined('devTime', 13, 'occurredAt', ({ event }) => thirteenDigits(epochMs(event.occurredAt))),
  predefined('sev', 2, 'severity, from 1 to 10', ({ event }) => SEVERITY_NUMBERS[event.severity]),
  predefined('src', 45, 'actor.ip', ({ event }) => ipAddressOf(event.actor.ip)?.text),
  predefined('usrName', 255, 'actor.email; without one, actor.name; without both, actor.id', ({ event: { actor } }) =>
    firstVisible(actor.email, actor.name, actor.id),
  ),
  predefined('identSrc', 45, 'actor.ip, when a user logged in', identitySource),
  predefined('accountName', 255, 'actor.id', ({ event }) => event.actor.id),
  predefined('role', 1023, 'actor.roles', ({ event }) => listed(event.actor.roles)),
  predefined('realm', 255, 'actor.tenantId', ({ event }) => event.actor.tenantId),
  predefined('resource', 1023, 'resource.id', ({ event }) => event.resource?.id),
  predefined('url', 1023, 'transport.path', ({ event }) =>
    event.transport.kind === 'http' ? event.transport.path : undefined,
  ),
  predefined(
    'isLoginEvent',
    4,
    'type is a log-in',
    ({ event }) => sessionChangeOf(event.type) === 'login' || undefined,
  ),
  predefined(
    'isLogoutEvent',
    4,
    'type is a log-out',
    ({ event }) => sessionChangeOf(event.type) === 'logout' || undefined,
  ),
];

/** Every attribute of a line, in its order: those that IBM defines, then ours. */
export const LEEF_KEYS: readonly LeefKey[] = Object.freeze([...PREDEFINED_KEYS, ...LEEF_OWN_KEYS]);

/** Characters in IBM's words; as bytes they are the stricter limit. */
export const LEEF_EVENT_ID_BYTES = 255;

/** Predefined attributes that no fact of ours fills. A value must not look like one of them either. */
export const LEEF_UNUSED_KEYS: readonly string[] = Object.freeze(
  [
    'devTimeFormat proto dst srcPort dstPort srcPreNAT dstPreNAT srcPostNAT dstPostNAT srcMAC dstMAC srcPreNATPort',
    'dstPreNATPort srcPostNATPort dstPostNATPort identHostName identNetBios identGrpName identMAC vSrc vSrcName',
    'srcBytes dstBytes srcPackets dstPackets totalPackets policy groupID domain identSecondlp calLanguage',
    'calCountryOrRegion',
  ].flatMap((line) => line.split(' ')),
);

/** QRadar takes 13 digits for milliseconds and any other number of them for something else. */
function thirteenDigits(ms: number | undefined): string | undefined {
  return ms === undefined || ms < 0 || ms > 9_999_999_999_999 ? undefined : String(ms).padStart(13, '0');
}

/** QRadar believes that the user is at this address from now on: not after a log-in that failed. */
function identitySource({ event }: AuditRecord): string | undefined {
  const loggedIn =
    event.outcome === 'success' && event.actor.kind === 'user' && sessionChangeOf(event.type) === 'login';
  return loggedIn ? ipAddressOf(event.actor.ip)?.text : undefined;
}
