/** A `long` holds 2^63 - 1: about 292 years in nanoseconds. */
const LONGEST_MS = 9_223_372_036_854;
const NS_PER_MS = 1_000_000;

/**
 * A duration of whole milliseconds in nanoseconds, for JSON. `undefined` for none, and for one that a `long` cannot
 * hold.
 *
 * The product may be above 2^53, and is exact as text all the same: JSON writes the shortest decimal that stands for
 * the number, the next decimal as short is a million away, and up to 2^63 two numbers are at most 1,024 apart. So what
 * is written is always the digits of the milliseconds and six zeros.
 */
export function nanoseconds(ms: number | undefined): number | undefined {
  return ms === undefined || ms > LONGEST_MS ? undefined : ms * NS_PER_MS;
}
