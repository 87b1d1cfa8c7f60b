import type { AuditEvent } from '../../event/audit-event.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import type { EventFormatter } from '../event-formatter.js';
import { FORMAT_OPTION_NAMES, type FormatOptions } from '../format.options.js';
import { LINE_FORMATTERS, type FormatterFactory } from '../line-formatters.js';
import { cutToBytes, singleLine } from '../plain-text.js';
import { PAYLOAD_CUTS } from './payload-cut.js';

/** The formats that a message may carry by name. */
export type PayloadName = keyof typeof LINE_FORMATTERS;

type PayloadOptionsOf<Name extends PayloadName> = NonNullable<Parameters<(typeof LINE_FORMATTERS)[Name]>[0]>;

/**
 * What a message carries, and that format's own options. The common options of the envelope (`product`, `catalogues`,
 * `eventTypes`) hold for its payload too.
 *
 * - A name of the registry, if a record is one line in that format.
 * - `text`: the event's `action`, the sentence for people, and nothing else.
 * - An `EventFormatter` of the application's own; line ends and other controls in its text become spaces.
 */
export type PayloadOptions<Default extends PayloadName> =
  | { readonly payload?: undefined; readonly payloadOptions?: PayloadOptionsOf<Default> }
  | {
      readonly [Name in PayloadName]: { readonly payload: Name; readonly payloadOptions?: PayloadOptionsOf<Name> };
    }[PayloadName]
  | { readonly payload: 'text' | EventFormatter; readonly payloadOptions?: undefined };

/** What is known of a payload before the first record. */
export interface Payload {
  /** Of the format. */
  readonly name: string;
  /** One line. */
  format(record: AuditRecord): string;
}

const TEXT: Payload = { name: 'text', format: ({ event }) => singleLine(event.action) };

/**
 * @param options the envelope's
 * @throws OptionsInvalidError for a format that does not exist, and what the format says of its options
 */
export function payloadOf<Default extends PayloadName>(
  options: FormatOptions & PayloadOptions<Default>,
  fallback: Default,
): Payload {
  const { payload, payloadOptions = {} } = options;
  const chosen: unknown = payload ?? fallback;
  if (typeof chosen === 'string' && Object.hasOwn(LINE_FORMATTERS, chosen)) {
    return namedPayload(chosen as PayloadName, payloadOptions, options);
  }
  if (payloadOptions === null || typeof payloadOptions !== 'object' || Object.keys(payloadOptions).length > 0) {
    throw new OptionsInvalidError('payloadOptions', 'is for a payload given by name', 'Leave it out.');
  }
  if (chosen === 'text') return TEXT;
  if (isFormatter(chosen)) return { name: chosen.name, format: (record) => inOneLine(chosen.format(record)) };
  const names = [...Object.keys(LINE_FORMATTERS), 'text'].toSorted().join(', ');
  throw new OptionsInvalidError(
    'payload',
    typeof chosen === 'string' ? `is ${JSON.stringify(chosen)}` : 'is no formatter',
    `Use one of: ${names}; or an EventFormatter.`,
  );
}

function namedPayload(name: PayloadName, payloadOptions: unknown, envelope: FormatOptions): Payload {
  if (typeof payloadOptions !== 'object' || payloadOptions === null || Array.isArray(payloadOptions)) {
    throw new OptionsInvalidError('payloadOptions', 'must be an object', `Give options of the format "${name}".`);
  }
  const factory: FormatterFactory = LINE_FORMATTERS[name];
  const common = FORMAT_OPTION_NAMES.filter((option) => envelope[option] !== undefined);
  try {
    const options = { ...Object.fromEntries(common.map((option) => [option, envelope[option]])), ...payloadOptions };
    return factory(options as never);
  } catch (error) {
    if (!(error instanceof OptionsInvalidError)) throw error;
    // A common option may have been given to either; the path must lead to where it stands.
    throw Object.hasOwn(payloadOptions, error.option.split('.', 1)[0] ?? '') ? error.within('payloadOptions') : error;
  }
}

function isFormatter(value: unknown): value is EventFormatter {
  if (typeof value !== 'object' || value === null) return false;
  const { name, format } = value as Partial<EventFormatter>;
  return typeof name === 'string' && typeof format === 'function';
}

/** All that {@link singleLine} replaces, except the tab: LEEF separates by it. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const UNSAFE = /\r\n|[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;

function inOneLine(text: string): string {
  return text.toWellFormed().replaceAll(UNSAFE, ' ');
}

/**
 * Parts of an event without which it still says who did what, in the order in which they go when a message is too
 * long for a payload that cannot be cut, such as JSON.
 */
export const SHED_PARTS = ['details', 'changes', 'targets', 'redacted', 'error'] as const;

/**
 * The payload of a record in at most `room` bytes. One that is too long is cut if its format allows that, see
 * {@link PAYLOAD_CUTS}. For the others, parts of the event are left out one after the other, and the event's `truncated`
 * names each with the bytes of its JSON, so that the payload stays what its format promises. Only when all of them were
 * not enough, its text is cut at the end, between two characters (RFC 5424 section 6.1), and is broken.
 */
export function fittingPayload(payload: Payload, record: AuditRecord, room: number): string {
  let text = payload.format(record);
  if (fits(text, room)) return text;
  const cut = PAYLOAD_CUTS.get(payload.name);
  if (cut !== undefined) return cut(text, Math.max(room, 0));
  let { event } = record;
  for (const part of SHED_PARTS) {
    if (event[part] === undefined) continue;
    event = withoutPart(event, part);
    text = payload.format({ ...record, event });
    if (fits(text, room)) return text;
  }
  return cutToBytes(text, Math.max(room, 0));
}

function fits(text: string, room: number): boolean {
  return text.length * 3 <= room || (text.length <= room && Buffer.byteLength(text) <= room);
}

function withoutPart(event: AuditEvent, part: (typeof SHED_PARTS)[number]): AuditEvent {
  const { [part]: gone, ...rest } = event;
  const truncation = { path: `/${part}`, bytes: Buffer.byteLength(JSON.stringify(gone)) };
  return { ...rest, truncated: [...(event.truncated ?? []), truncation] };
}
