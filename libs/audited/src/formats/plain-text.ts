/**
 * Everything that ends a line or commands a terminal: C0, DEL and C1 controls, and the two separators that some
 * readers take for line ends. Lone surrogates count too: they have no UTF-8.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
// oxlint-disable-next-line no-control-regex -- as above
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const CRLF = /\r\n/g;

/** A text with a space for every line end and control character, and U+FFFD for every lone surrogate. */
export function singleLine(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.toWellFormed().replaceAll(CRLF, ' ').replaceAll(CONTROL, ' ');
}

/**
 * The longest beginning of a text that takes at most `bytes` bytes of UTF-8. Never half a character; a text that was
 * cut has no sign of it, because a receiver would take the sign for content.
 */
export function cutToBytes(text: string, bytes: number): string {
  // A UTF-16 code unit takes at most three bytes, and never less than one.
  if (text.length * 3 <= bytes || (text.length <= bytes && Buffer.byteLength(text) <= bytes)) return text;
  // A surrogate pair that `slice` halves stands behind the cut: it takes three bytes of the `bytes` that are too many.
  const cut = Buffer.from(text.slice(0, bytes));
  let end = Math.min(bytes, cut.length);
  // Continuation bytes are 10xxxxxx: step back to the first byte of the character that would be cut.
  while (end > 0 && ((cut[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return cut.toString('utf8', 0, end);
}
