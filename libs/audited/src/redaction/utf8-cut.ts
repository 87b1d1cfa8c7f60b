const MOST_BYTES_PER_UNIT = 3;

/** How many UTF-16 units of the text fit into so many bytes of UTF-8, cut at a whole code point. */
export function lengthWithin(text: string, maxBytes: number): number {
  if (text.length * MOST_BYTES_PER_UNIT <= maxBytes) return text.length;
  let bytes = 0;
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    bytes += bytesOf(code);
    if (bytes > maxBytes) return at;
    at += code > 0xffff ? 2 : 1;
  }
  return text.length;
}

function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
