/** Marks a text that the service would otherwise take for another type. A reader removes it once, wherever it stands. */
export const TEXT_MARK = 'text:';

/**
 * What a text must not look like, with spaces around it or not: a GUID in any form that .NET reads (32 digits, dashes,
 * braces, parentheses, `{0x...}`), a date like ISO 8601, RFC 1123, `/Date(...)/` or 1/31/2026. And the mark itself, so
 * that removing it once gives every text back.
 */
const TYPED = new RegExp(
  [
    `^${TEXT_MARK}`,
    String.raw`^[\s\u0085]*[{(]?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}[)}]?[\s\u0085]*$`,
    String.raw`^[\s\u0085]*\{\s*0x`,
    String.raw`^[\s\u0085]*\d{4}-\d\d?-\d[^]{0,40}$`,
    String.raw`^[\s\u0085]*\d\d?\/\d\d?\/\d[^]{0,40}$`,
    String.raw`^[\s\u0085]*\/date\(`,
    String.raw`^[\s\u0085]*(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,\s*\d[^]{0,40}$`,
  ].join('|'),
  'i',
);

/**
 * A text whose column is always a text. The service names columns by what their values look like: an actor called
 * `8145d822-13a7-44ad-859c-36f31a84f6dd` would stand in `ActorId_g`, and the next one, `u-1`, in `ActorId_s`. Such a
 * text gets {@link TEXT_MARK} in front.
 */
export function stableText(text: string): string {
  return TYPED.test(text) ? TEXT_MARK + text : text;
}
