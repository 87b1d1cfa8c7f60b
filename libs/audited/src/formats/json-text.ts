/**
 * What JSON may hold unescaped, but a line or a terminal should not: DEL, C1 controls and the two Unicode separators.
 * Escaped, the value is the same for every JSON reader.
 */
// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;
// oxlint-disable-next-line no-control-regex -- as above
const NEEDS_WORK = /[\u007f-\u009f\u2028\u2029]|\\ud[89a-f]/;

/**
 * JSON of one line for the world outside: every control character is escaped, and lone surrogates, which RFC 8259
 * section 8.2 calls unpredictable and many readers refuse, are U+FFFD. Members that are `undefined` are left out.
 */
export function jsonText(value: object): string {
  const text = JSON.stringify(value);
  if (!NEEDS_WORK.test(text)) return text;
  // JSON.stringify writes a lone surrogate as an escape; the sequence may also be a backslash of the text itself.
  const safe = /\\ud[89a-f]/.test(text) ? JSON.stringify(value, wellFormed) : text;
  return safe.replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A replacer: texts and names without lone surrogates. */
function wellFormed(_name: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const names = Object.keys(value);
  if (names.every((name) => name.isWellFormed())) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), member]));
}
