const TEXT_OID = 25;
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

/**
 * A `text[]` in PostgreSQL's binary format. The texts go over the wire as they are: nothing is escaped here and
 * unescaped there, which for the JSON of a body is every quote in it.
 */
export function textArray(texts: readonly (string | null)[]): Buffer {
  const sizes = texts.map((text) => (text === null ? -1 : Buffer.byteLength(text)));
  const total = sizes.reduce((sum, size) => sum + LENGTH_BYTES + Math.max(size, 0), HEADER_BYTES);
  const array = Buffer.allocUnsafe(total);
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(1, 4); // may hold nulls
  array.writeInt32BE(TEXT_OID, 8);
  array.writeInt32BE(texts.length, 12);
  array.writeInt32BE(1, 16); // index of the first element
  let at = HEADER_BYTES;
  for (const [index, text] of texts.entries()) {
    at = array.writeInt32BE(sizes[index] ?? -1, at);
    if (text !== null) {
      at += array.write(text, at, 'utf8');
    }
  }
  return array;
}
