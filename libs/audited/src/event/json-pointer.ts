import type { JsonObject, JsonValue } from './json-value.js';

/** Splits a JSON Pointer (RFC 6901) into unescaped reference tokens; `undefined` when the text is no pointer. */
export function pointerTokens(pointer: string): readonly string[] | undefined {
  if (pointer !== '' && !pointer.startsWith('/')) {
    return undefined;
  }
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
  const tokens = pointerTokens(pointer);
  if (tokens === undefined) {
    return undefined;
  }
  let value: JsonValue | undefined = root;
  for (const token of tokens) {
    value = member(value, token);
  }
  return value;
}

/**
 * A copy of `root` without the value at `pointer`; in an array the place is kept as `null`. Nothing is made on the
 * way; `root` itself comes back when nothing stands there, and the root can not be taken away.
 */
export function withoutValueAt(root: JsonObject, pointer: string): JsonObject {
  const tokens = pointerTokens(pointer) ?? [];
  return tokens.length === 0 || valueAt(root, pointer) === undefined
    ? root
    : (replaced(root, tokens, undefined) as JsonObject);
}

/**
 * A copy of `root` with `value` at `pointer`; missing objects on the way are made. Where the pointer leads nowhere
 * (through a text, or behind the end of an array) the copy has no such value: a wrong pointer never spoils the rest.
 */
export function withValueAt(root: JsonObject, pointer: string, value: JsonValue): JsonObject {
  const tokens = pointerTokens(pointer) ?? [];
  return tokens.length === 0 ? root : (replaced(root, tokens, value) as JsonObject);
}

/** As {@link withValueAt}, within `root` itself: for whoever has just made it, and nobody else holds it. */
export function putValueAt(root: JsonObject, pointer: string, value: JsonValue): void {
  const tokens = pointerTokens(pointer) ?? [];
  let place: JsonValue | undefined = root;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    const isLast = at === tokens.length - 1;
    if (Array.isArray(place)) {
      const items = place as JsonValue[];
      const index = arrayIndex(token);
      if (Number.isNaN(index) || index >= items.length) {
        return;
      }
      if (isLast) {
        items[index] = value;
      }
      place = items[index];
    } else if (isObject(place)) {
      const next: JsonValue | undefined = isLast ? value : (member(place, token) ?? {});
      if (isLast || !Object.hasOwn(place, token)) {
        setMember(place, token, next);
      }
      place = isLast ? next : member(place, token);
    } else {
      return;
    }
  }
}

/** Assigning to `__proto__` would set the prototype; it stays an ordinary member. */
function setMember(place: JsonObject, token: string, value: JsonValue): void {
  if (token === '__proto__') {
    Object.defineProperty(place, token, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (place as Record<string, JsonValue>)[token] = value;
  }
}

function member(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[])[arrayIndex(token)];
  }
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

function replaced(value: JsonValue | undefined, tokens: readonly string[], next: JsonValue | undefined): JsonValue {
  const [token, ...rest] = tokens;
  if (token === undefined) {
    return next ?? null;
  }
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    const index = arrayIndex(token);
    return items.map((item, at) => (at === index ? replaced(item, rest, next) : item));
  }
  if (value !== undefined && !isObject(value)) {
    return value;
  }
  const members = value ?? {};
  // Entries, not assignment: a member named __proto__ stays an ordinary member.
  const entries = Object.entries(members).filter(([key]) => key !== token);
  if (rest.length > 0) {
    entries.push([token, replaced(member(members, token), rest, next)]);
  } else if (next !== undefined) {
    entries.push([token, next]);
  }
  return Object.fromEntries(entries);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 6901 section 4: no sign, no leading zero; anything else is no index, and finds nothing. */
function arrayIndex(token: string): number {
  return /^(0|[1-9][0-9]*)$/.test(token) ? Number(token) : Number.NaN;
}
