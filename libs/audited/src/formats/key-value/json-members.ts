import { jsonText } from '../json-text.js';

/**
 * JSON of a list or an object for a place that holds so many bytes. What does not fit is left out member by member, in
 * order, so that what is left is still JSON; a text cut in the middle would be read by nobody.
 *
 * @param rewrite what the place wants escaped inside of JSON; counts towards the bytes
 * @returns `undefined` when no member fits, or there is none
 */
export function jsonMembers(
  value: object,
  bytes: number,
  rewrite: (json: string) => string = (json) => json,
): string | undefined {
  const json = jsonText(value);
  if (json === '{}' || json === '[]') return undefined;
  // Rewriting adds bytes: what is too long already need not be rewritten.
  if (Buffer.byteLength(json) <= bytes) {
    const whole = rewrite(json);
    if (Buffer.byteLength(whole) <= bytes) return whole;
  }
  // Read back, because two names may have become one: both had halves of surrogate pairs.
  const plain = JSON.parse(json) as object;
  const [open, close, members] = Array.isArray(plain)
    ? ['[', ']', plain.map((member: unknown) => [member])]
    : ['{', '}', Object.entries(plain).map((member) => Object.fromEntries([member]))];
  const kept: string[] = [];
  // Two brackets; and every member but the first brings a comma.
  let left = bytes - 1;
  for (const member of members) {
    const text = rewrite(jsonText(member)).slice(1, -1);
    const size = Buffer.byteLength(text) + 1;
    if (size > left) continue;
    kept.push(text);
    left -= size;
  }
  return kept.length === 0 ? undefined : open + kept.join(',') + close;
}
