import type { AuditRecord } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import type { EventFormatter } from '../event-formatter.js';
import { FORMAT_OPTION_NAMES, type FormatOptions } from '../format.options.js';
import { LINE_FORMATTERS, type FormatterFactory } from '../line-formatters.js';
import { cutToBytes, singleLine } from '../plain-text.js';
import { PAYLOAD_CUTS, type PayloadCut } from './payload-cut.js';
import { shorterRecords, withShortType } from './shorter-record.js';

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
  readonly format: (record: AuditRecord) => string;
  /** How its text is made shorter. Absent: it cannot be, so the record must. */
  readonly cut?: PayloadCut | undefined;
}

const TEXT: Payload = {
  name: 'text',
  format: ({ event }) => singleLine(event.action),
  cut: PAYLOAD_CUTS.get('text'),
};

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
    const formatter = factory(options as never);
    return { name, format: (record) => formatter.format(record), cut: PAYLOAD_CUTS.get(name) };
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
 * The payload of a record in at most `room` bytes. One that is too long is cut if its format allows that, see
 * {@link PAYLOAD_CUTS}. For the others the record is made shorter step by step, see {@link shorterRecords}, so that the
 * payload stays what its format promises. Only when there is not even room for what identifies and proves the record, the
 * text is cut at its end, between two characters (RFC 5424 section 6.1), and is broken.
 */
export function fittingPayload({ format, cut }: Payload, record: AuditRecord, room: number): string {
  const text = format(record);
  if (fits(text, room)) return text;
  if (cut !== undefined) {
    return cut(text, room) ?? cut(format(withShortType(record)), room) ?? cutToBytes(text, Math.max(room, 0));
  }
  let shorter = text;
  for (const attempt of shorterRecords(record)) {
    shorter = format(attempt);
    if (fits(shorter, room)) return shorter;
  }
  return cutToBytes(shorter, Math.max(room, 0));
}

function fits(text: string, room: number): boolean {
  return text.length * 3 <= room || (text.length <= room && Buffer.byteLength(text) <= room);
}
