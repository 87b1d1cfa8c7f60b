import { cutToBytes, singleLine } from '../plain-text.js';

/*
 * Chapter 1 of the standard, "Character Encoding". Its tables give sizes without a unit. Bytes of UTF-8 are the
 * strictest reading: what fits in bytes fits in characters too.
 */

const HEADER_SPECIAL = /[\\|]/g;

/** A text as a field of the header: one line, cut, then `\` and `|` escaped; `=` must not be. */
export function cefHeaderText(text: string, bytes: number): string {
  return cutToBytes(singleLine(text).trim(), bytes).trimEnd().replaceAll(HEADER_SPECIAL, '\\$&');
}

/** Line ends are not in it: they have an escape. */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const CONTROL = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029]/g;
// oxlint-disable-next-line no-control-regex -- as above
const UNCLEAN = /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
/** Anything but printable ASCII that needs no escape. */
const UNUSUAL = /[^ -<>-[\]-~]/;
const VALUE_SPECIALS = /[\\=\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '=': '\\=', '\n': '\\n', '\r': '\\r' };

/**
 * A text as a value of the extension, the empty text if nothing is left of it. In this order: a space for every control
 * character but the line ends, no white space around it (readers drop it), cut, then `\`, `=`, LF and CR escaped in one
 * pass, so that no cut and no second pass parts a backslash from what it escapes. `|` and quotes must not be escaped.
 */
export function cefValueText(text: string, bytes: number): string {
  // Nearly every value: nothing to replace, to trim, to cut or to escape, and as many bytes as characters.
  if (text.length <= bytes && !UNUSUAL.test(text) && !text.startsWith(' ') && !text.endsWith(' ')) return text;
  const clean = UNCLEAN.test(text) ? text.toWellFormed().replaceAll(CONTROL, ' ') : text;
  const cut = cutToBytes(clean.trim(), bytes).trimEnd();
  return cut.replaceAll(VALUE_SPECIALS, (special) => ESCAPES[special] as string);
}
