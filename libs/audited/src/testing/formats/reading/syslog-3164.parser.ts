import { isIP } from 'node:net';

/**
 * A strict reader of RFC 3164, section 4.1: what a device may send, not the much that a receiver must put up with. It
 * takes bytes, because the RFC does, and shares nothing with the formatter.
 */
export interface BsdSyslogMessage {
  readonly facility: number;
  readonly severity: number;
  readonly month: string;
  readonly day: number;
  /** `hh:mm:ss` */
  readonly time: string;
  readonly hostname: string;
  /** Empty when the message begins with a character that no TAG has. */
  readonly tag: string;
  /** What follows the TAG, from its first character that is neither letter nor digit. */
  readonly content: string;
}

const HEADER =
  /^<(0|[1-9]\d{0,2})>(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ( [1-9]|[12]\d|3[01]) ((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d) ([!-~]+) /;

/**
 * @param limit bytes of a message; the RFC's own limit unless the sender was told another
 * @throws SyntaxError for anything that is not a message of RFC 3164
 */
export function parseSyslog3164(bytes: Buffer, limit = 1024): BsdSyslogMessage {
  const text = decoded(bytes);
  if (bytes.length > limit) fail(`at most ${limit} bytes`, text);
  const header = HEADER.exec(text) ?? fail('PRI and HEADER', text);
  const [whole, priority, month = '', day, time = '', hostname = ''] = header;
  if (Number(priority) > 191) fail('PRI', text);
  // "The Domain Name MUST NOT be included in the HOSTNAME field."
  if (isIP(hostname) === 0 && !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(hostname)) fail('HOSTNAME', text);
  const message = text.slice(whole.length);
  const tag = /^[A-Za-z0-9]*/.exec(message)?.[0] ?? '';
  if (tag.length > 32) fail('TAG', text);
  const content = message.slice(tag.length);
  // "visible (printing) characters and spaces", and the tab that IBM has LEEF separate by.
  // oxlint-disable-next-line no-control-regex -- what must not be there
  if (/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/.test(content)) fail('visible characters', text);
  return {
    facility: Math.floor(Number(priority) / 8),
    severity: Number(priority) % 8,
    month,
    day: Number(day),
    time,
    hostname,
    tag,
    content,
  };
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('UTF-8', bytes.toString());
  }
}

function fail(expected: string, text: string): never {
  throw new SyntaxError(`Expected ${expected} in ${JSON.stringify(text)}`);
}
