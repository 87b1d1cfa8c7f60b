/** Nanoseconds are an unsigned 64-bit integer: up to 2554-07-21T23:34:33.709Z in whole milliseconds. */
const LATEST_MS = 18_446_744_073_709;

/**
 * Nanoseconds since 1970 in decimal digits, exact: the digits of the milliseconds and six zeros, because a number of
 * that size loses its last digits in JavaScript. `undefined` for a time that OTLP cannot hold: 1970 itself, whose zero
 * means "unknown", whatever was before it, what is after 2554, and what is no time.
 */
export function unixNano(time: string): string | undefined {
  const ms = Date.parse(time);
  return ms > 0 && ms <= LATEST_MS ? `${ms}000000` : undefined;
}
