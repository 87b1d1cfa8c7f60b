/**
 * JSON of one line for the world outside: every control character is escaped, and lone surrogates, which RFC 8259
 * section 8.2 calls unpredictable and many readers refuse, are U+FFFD. Members that are `undefined` are left out.
 */
export function jsonText(value: object): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes a lone surrogate as an escape; the sequence may also be a backslash of the text itself.
  return oneLine(text.includes('\\ud') ? JSON.stringify(value, wellFormed) : text);
}

/**
 * JSON that holds no lone surrogate, with escapes for what JSON may hold unescaped, but a line or a terminal should not:
 * DEL, C1 controls and the two Unicode separators. The value is the same for every JSON reader.
 */
export function oneLine(json: string): string {
  if (!UNSAFE.test(json)) return json;
  return json.replaceAll(EACH_UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/;
// oxlint-disable-next-line no-control-regex -- as above
const EACH_UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;

/** A replacer: texts and names without lone surrogates. */
function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const names = Object.keys(value);
  if (names.every((name) => name.isWellFormed())) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), member]));
}
