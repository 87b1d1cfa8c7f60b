import { isIP } from 'node:net';
import { OptionsInvalidError } from '../../event/audit.error.js';

/** Longest label of a host name: RFC 1035 section 2.3.4. RFC 3164 has no limit for HOSTNAME. */
export const MAX_HOSTNAME_BYTES = 63;
/** RFC 3164 section 4.1.3. */
export const MAX_TAG_BYTES = 32;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** A name that every receiver knows as one: rsyslog takes a name that ends otherwise for the TAG. */
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;
const TAG = /^[A-Za-z0-9]{1,32}$/;
const PROCESS = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * `Mmm dd hh:mm:ss` of RFC 3164 section 4.1.2: English months, a space before a day of one digit. The RFC wants local
 * time and has no place for a zone; this is UTC, always.
 *
 * @param time ISO 8601 in UTC: `2026-11-02T03:04:05.123Z`
 */
export function bsdTimestamp(time: string): string {
  const day = time.slice(8, 10);
  return `${MONTHS[Number(time.slice(5, 7)) - 1]} ${day.startsWith('0') ? ` ${day.slice(1)}` : day} ${time.slice(11, 19)}`;
}

/** The unspecified address: "this host on this network" (RFC 1122 section 3.2.1.3). The RFC has no nil value. */
export const NO_HOSTNAME = '0.0.0.0';

/**
 * HOSTNAME of RFC 3164 section 4.1.2: the name without its domain, or an address. Characters that no host name has
 * become `-`; a text of which nothing is left is nobody's name.
 */
export function bsdHostname(host: string | undefined): string {
  if (host === undefined) return NO_HOSTNAME;
  const dot = host.indexOf('.');
  const label = dot === -1 ? host : host.slice(0, dot);
  if (LABEL.test(label)) return dot !== -1 && isIP(host) !== 0 ? host : label;
  // The zone of `fe80::1%eth0` says nothing on another machine, and no address of the RFC has one.
  if (isIP(host) !== 0) return host.split('%', 1)[0] ?? host;
  const name = label
    .slice(0, 2 * MAX_HOSTNAME_BYTES)
    .replaceAll(/[^A-Za-z0-9_-]/gu, '-')
    .replace(/^[_-]+/, '')
    .slice(0, MAX_HOSTNAME_BYTES);
  const end = name.search(/[_-]*$/);
  return end === 0 ? NO_HOSTNAME : name.slice(0, end);
}

/** TAG of RFC 3164 section 4.1.3: letters and digits only; all others are left out. */
export function bsdTag(text: string, otherwise: string): string {
  if (TAG.test(text)) return text;
  const tag = text.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, MAX_TAG_BYTES);
  return tag === '' ? otherwise : tag;
}

/** @throws OptionsInvalidError when the option is no host name of one label and no address */
export function checkBsdHostname(value: unknown): void {
  if (value === undefined || (typeof value === 'string' && bsdHostname(value) === value)) return;
  const cure = 'Use the name without its domain, or an IP address.';
  throw new OptionsInvalidError('hostname', 'is no HOSTNAME of RFC 3164', cure);
}

/** @throws OptionsInvalidError when the option is neither false nor a TAG */
export function checkTag(value: unknown): void {
  if (value === undefined || value === false || (typeof value === 'string' && TAG.test(value))) return;
  const cure = `Use 1 to ${MAX_TAG_BYTES} letters and digits, or false.`;
  throw new OptionsInvalidError('tag', 'is no TAG of RFC 3164', cure);
}

/** @throws OptionsInvalidError when the option cannot stand in the brackets behind a TAG */
export function checkProcess(value: unknown): void {
  if (value === undefined || (typeof value === 'string' && PROCESS.test(value))) return;
  const cure = 'Use 1 to 64 letters, digits, ".", "_" or "-".';
  throw new OptionsInvalidError('procId', 'cannot stand behind a TAG', cure);
}
