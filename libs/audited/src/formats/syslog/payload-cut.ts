import { cutToBytes } from '../plain-text.js';

/** A text in some format, in at most `room` bytes of it; `undefined` when it would not be of that format any more. */
export type PayloadCut = (text: string, room: number) => string | undefined;

/**
 * The payloads that may be made shorter without becoming something else, and how. Free text is cut between two
 * characters. Of CEF and LEEF, pairs of key and value are left out, those that do not fit: cut in the middle, half a key
 * would be part of the value before, and half a hash would be another one.
 */
export const PAYLOAD_CUTS: ReadonlyMap<string, PayloadCut> = new Map([
  ['cef', cutCef],
  ['leef', cutLeef],
  ['text', (text, room) => cutToBytes(text, Math.max(room, 0))],
]);

/** Seven fields, each ended by a `|` that no backslash escapes. */
const CEF_HEADER = /^(?:[^|\\]*(?:\\.[^|\\]*)*\|){7}/;
/** The space before a pair; in a value, a backslash stands before every `=`. What has no meaning without a label keeps it. */
const CEF_SEPARATOR = / (?=[A-Za-z0-9]+=)(?![A-Za-z0-9]+Label=)/;

function cutCef(text: string, room: number): string | undefined {
  const header = CEF_HEADER.exec(text)?.[0];
  return header === undefined ? undefined : withFittingPairs(text, header, CEF_SEPARATOR, ' ', room);
}

/** Five fields; in version 2.0 a sixth, which is the delimiter as a character or as its number. */
const LEEF_HEADER = /^LEEF:(?:1\.0(?:\|[^|]*){4}\||2\.0(?:\|[^|]*){4}\|(?:(.)|0?x([0-9A-Fa-f]{1,4}))?\|)/u;

function cutLeef(text: string, room: number): string | undefined {
  const [header, character, digits] = LEEF_HEADER.exec(text) ?? [];
  if (header === undefined) return undefined;
  const delimiter = character ?? String.fromCharCode(Number.parseInt(digits ?? '09', 16));
  return withFittingPairs(text, header, delimiter, delimiter, room);
}

/** The first pairs weigh most: each is taken if there still is room for it. */
function withFittingPairs(
  text: string,
  header: string,
  between: string | RegExp,
  separator: string,
  room: number,
): string | undefined {
  const separatorBytes = Buffer.byteLength(separator);
  let left = room - Buffer.byteLength(header) + separatorBytes;
  if (left < separatorBytes) return undefined;
  const pairs = text
    .slice(header.length)
    .split(between)
    .filter((pair) => {
      const bytes = separatorBytes + Buffer.byteLength(pair);
      if (bytes > left) return false;
      left -= bytes;
      return true;
    });
  return header + pairs.join(separator);
}
