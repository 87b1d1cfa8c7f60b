import type { AuditRecord } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkShape, checkText, checkWhole } from '../../event/option-checks.js';
import type { ConfirmationTimes } from '../../delivery/audit-exporter.js';
import { HTTP_CONNECTION_NAMES, type HttpConnectionOptions } from '../http/http-connection.options.js';
import { hecAddresses, type HecAddresses } from './hec-address.js';

/** The index of a record; `undefined` leaves it to the token. Pure: the same record has the same index every time. */
export type HecIndexOf = (record: AuditRecord) => string | undefined;

/** How Splunk is asked whether events are indexed. */
export interface HecAcknowledgement {
  /** How often. Splunk keeps its answers in memory until they are asked for. @default 2000, at least 100 */
  readonly everyMs?: number;
  /** What is not indexed after so long is sent again. More than `everyMs`. @default 300000 */
  readonly timeoutMs?: number;
}

/** Options of `splunkHec`. */
export interface SplunkHecOptions extends HttpConnectionOptions {
  /** The base of the collector: `https://splunk.example.com:8088`. A path is that of a gateway in front of it. */
  readonly url: string;
  /** The token of the collector, without the word "Splunk". */
  readonly token: string;
  /** Where events go. A function chooses by record; an index that the token may not write makes them dead letters. @default the token's */
  readonly index?: string | HecIndexOf;
  /** @default the host in the event's origin; without one, Splunk's own choice */
  readonly host?: string;
  /** @default the token's */
  readonly source?: string;
  /** @default the token's */
  readonly sourcetype?: string;
  /** More indexed fields for every event, beside `audit_event_id`, `audit_event_type`, `audit_chain`, `audit_position`. @default none */
  readonly fields?: Readonly<Record<string, string>>;
  /** Waits until Splunk has indexed what it took. The token needs `useACK`; Splunk Cloud has none. @default false */
  readonly acknowledgement?: boolean | HecAcknowledgement;
  /** The GUID of the channel. No other sender may use the same. @default a random one for each start */
  readonly channel?: string;
  /** Compresses requests. @default true */
  readonly gzip?: boolean;
  /** Events in one request, from 1 to 10000. @default 500 */
  readonly maxEvents?: number;
  /** Bytes of one request before compression, from 1000 to 838860800. @default 1000000 */
  readonly maxBytes?: number;
  /** Bytes that one event may have, its envelope included; larger ones are dead letters. @default what `maxBytes` leaves */
  readonly maxEventBytes?: number;
}

/** {@link SplunkHecOptions}, checked and complete. */
export interface SplunkHecSettings {
  readonly addresses: HecAddresses;
  readonly token: string;
  readonly index: string | HecIndexOf | undefined;
  readonly host: string | undefined;
  readonly source: string | undefined;
  readonly sourcetype: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  /** Undefined: nothing is asked. */
  readonly acknowledgement: Pick<ConfirmationTimes, 'everyMs' | 'timeoutMs'> | undefined;
  /** Undefined: one of our own. */
  readonly channel: string | undefined;
  readonly gzip: boolean;
  readonly limits: { readonly maxEvents: number; readonly maxBytes: number; readonly maxEventBytes?: number };
}

/** Indexed fields that every event has; searches and `dedup` go by them. */
export const HEC_OWN_FIELDS = ['audit_event_id', 'audit_event_type', 'audit_chain', 'audit_position'] as const;

const NAMES: readonly string[] = [
  'url',
  'token',
  'index',
  'host',
  'source',
  'sourcetype',
  'fields',
  'acknowledgement',
  'channel',
  'gzip',
  'maxEvents',
  'maxBytes',
  'maxEventBytes',
  ...HTTP_CONNECTION_NAMES,
];
/** `max_content_length` of `limits.conf`, as Splunk ships it. */
const MOST_BYTES = 838_860_800;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws OptionsInvalidError naming the option and the cure; never repeating the token */
export function splunkHecSettings(given: SplunkHecOptions): SplunkHecSettings {
  checkShape('', given, NAMES);
  const { index, host, source, sourcetype, channel, gzip = true } = given;
  for (const [name, value] of Object.entries({ host, source, sourcetype })) {
    if (value !== undefined) checkText(name, value);
  }
  if (index !== undefined && typeof index !== 'function') checkText('index', index);
  checkFlag('gzip', gzip);
  if (channel !== undefined && (typeof channel !== 'string' || !GUID.test(channel))) {
    throw new OptionsInvalidError('channel', 'is no GUID', 'Leave it out, or give one that randomUUID() made.');
  }
  return {
    addresses: hecAddresses('url', given.url),
    token: tokenOf(given.token),
    index,
    host,
    source,
    sourcetype,
    fields: fieldsOf(given.fields),
    acknowledgement: acknowledgementOf(given.acknowledgement),
    channel,
    gzip,
    limits: limitsOf(given),
  };
}

/** Says nothing about what was given: it may be the token with something before it. */
function tokenOf(token: unknown): string {
  if (typeof token !== 'string' || token === '') {
    throw new OptionsInvalidError('token', 'is missing', 'Give the token of the HTTP Event Collector.');
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new OptionsInvalidError(
      'token',
      'holds a space or a character that no header can carry',
      'Give the token alone, without "Splunk" before it and without a line end after it.',
    );
  }
  return token;
}

function fieldsOf(fields: unknown): Readonly<Record<string, string>> {
  if (fields === undefined) {
    return {};
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new OptionsInvalidError('fields', 'must be an object', 'Give names and texts, such as { team: "payments" }.');
  }
  for (const [name, value] of Object.entries(fields as Record<string, unknown>)) {
    if (!/^[A-Za-z][A-Za-z0-9_.:-]*$/.test(name) || (HEC_OWN_FIELDS as readonly string[]).includes(name)) {
      throw new OptionsInvalidError(
        `fields.${name}`,
        'is a name that cannot be used',
        `Begin with a letter, go on with letters, digits and "_", and leave alone: ${HEC_OWN_FIELDS.join(', ')}.`,
      );
    }
    checkText(`fields.${name}`, value);
  }
  return { ...(fields as Record<string, string>) };
}

function acknowledgementOf(given: unknown): SplunkHecSettings['acknowledgement'] {
  if (given === undefined || given === false) {
    return undefined;
  }
  const times: HecAcknowledgement = given === true ? {} : (given as HecAcknowledgement);
  checkShape('acknowledgement', times, ['everyMs', 'timeoutMs']);
  const { everyMs = 2000, timeoutMs = 300_000 } = times;
  checkWhole('acknowledgement.everyMs', everyMs, 100, 600_000);
  checkWhole('acknowledgement.timeoutMs', timeoutMs, everyMs + 1, 86_400_000);
  return { everyMs, timeoutMs };
}

function limitsOf(given: SplunkHecOptions): SplunkHecSettings['limits'] {
  const { maxEvents = 500, maxBytes = 1_000_000, maxEventBytes } = given;
  checkWhole('maxEvents', maxEvents, 1, 10_000);
  checkWhole('maxBytes', maxBytes, 1000, MOST_BYTES);
  if (maxEventBytes === undefined) {
    return { maxEvents, maxBytes };
  }
  checkWhole('maxEventBytes', maxEventBytes, 1, MOST_BYTES);
  if (maxEventBytes > maxBytes) {
    throw new OptionsInvalidError(
      'maxEventBytes',
      `is ${maxEventBytes}, more than "maxBytes" (${maxBytes})`,
      'An event travels whole in one request: raise "maxBytes" as well.',
    );
  }
  return { maxEvents, maxBytes, maxEventBytes };
}
