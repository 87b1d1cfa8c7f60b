import type { JsonValue } from './json-value.js';

/**
 * The one byte-exact JSON text of a value: RFC 8785 (JSON Canonicalization Scheme). Keys are sorted
 * by UTF-16 code units, numbers and strings are written as ECMAScript does, no white space.
 *
 * Members whose value is `undefined` are left out, as in JSON. The value must be normalised: finite
 * numbers and well-formed strings only; anything else throws, because a text that another
 * implementation would reject must never be hashed (RFC 8785 section 3.2.2).
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      return canonicalNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      break;
    default:
      throw new TypeError(`Canonical JSON has no form for a ${typeof value}`);
  }
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return canonicalArray(value as readonly JsonValue[]);
  }
  return canonicalObject(value as Readonly<Record<string, JsonValue | undefined>>);
}

/** Most strings need no escape; the test is cheaper than the general writer. */
// oxlint-disable-next-line no-control-regex -- the control characters are exactly what must be escaped
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** A JSON string as RFC 8785 section 3.2.2.2 wants it, which is what ECMAScript writes. */
export function canonicalString(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) {
    return `"${text}"`;
  }
  if (!text.isWellFormed()) {
    throw new TypeError('Canonical JSON has no form for a string with lone surrogates');
  }
  return JSON.stringify(text);
}

/** A JSON number as RFC 8785 section 3.2.2.3 wants it; refuses NaN and the infinities, which JSON does not have. */
export function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new TypeError(`Canonical JSON has no form for ${value}`);
  }
  // Number::toString is RFC 8785's own definition; it also writes -0 as "0".
  return String(value);
}

function canonicalArray(items: readonly JsonValue[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) {
      text += ',';
    }
    text += canonicalJson(items[index] ?? null);
  }
  return `${text}]`;
}

function canonicalObject(members: Readonly<Record<string, JsonValue | undefined>>): string {
  // The default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 demands.
  const keys = sortedKeys(members);
  let text = '{';
  let separator = '';
  for (const key of keys) {
    const value = members[key];
    if (value === undefined) {
      continue;
    }
    text += `${separator}${canonicalString(key)}:${canonicalJson(value)}`;
    separator = ',';
  }
  return `${text}}`;
}

/** Most objects are small and many are in order already; sorting them again would cost more than writing them. */
function sortedKeys(members: object): readonly string[] {
  const keys = Object.keys(members);
  let before = '';
  for (const key of keys) {
    if (key < before) {
      return keys.sort();
    }
    before = key;
  }
  return keys;
}
