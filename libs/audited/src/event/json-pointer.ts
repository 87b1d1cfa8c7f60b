import type { JsonObject, JsonValue } from './json-value.js';

/** Splits a JSON Pointer (RFC 6901) into unescaped reference tokens. */
export function pointerTokens(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** One key or index as a reference token (RFC 6901 section 3). */
export function pointerToken(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** The value at a pointer, or `undefined` when nothing stands there. */
export function valueAt(root: JsonObject, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const token of pointerTokens(pointer)) {
    value = member(value, token);
  }
  return value;
}

/** A copy of `root` without the value at `pointer`; in an array the place is kept as `null`. */
export function withoutValueAt(root: JsonObject, pointer: string): JsonObject {
  return replaced(root, pointerTokens(pointer), undefined) as JsonObject;
}

/** A copy of `root` with `value` at `pointer`; missing objects on the way are made. */
export function withValueAt(root: JsonObject, pointer: string, value: JsonValue): JsonObject {
  return replaced(root, pointerTokens(pointer), value) as JsonObject;
}

function member(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[])[Number(token)];
  }
  return Object.hasOwn(value, token) ? (value as JsonObject)[token] : undefined;
}

function replaced(value: JsonValue | undefined, tokens: readonly string[], next: JsonValue | undefined): JsonValue {
  const [token, ...rest] = tokens;
  if (token === undefined) {
    return next ?? null;
  }
  if (Array.isArray(value)) {
    const copy = [...(value as readonly JsonValue[])];
    copy[Number(token)] = rest.length > 0 ? replaced(copy[Number(token)], rest, next) : (next ?? null);
    return copy;
  }
  // Entries, not assignment: a member named __proto__ stays an ordinary member.
  const entries = Object.entries((value ?? {}) as JsonObject).filter(([key]) => key !== token);
  if (rest.length > 0) {
    entries.push([token, replaced(member(value, token), rest, next)]);
  } else if (next !== undefined) {
    entries.push([token, next]);
  }
  return Object.fromEntries(entries);
}
