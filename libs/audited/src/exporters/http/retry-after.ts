/** A receiver that asks for more than this is asked again all the same: it may have meant something else. */
const LONGEST_MS = 3_600_000;

/**
 * The wait that a receiver asks for: RFC 9110, section 10.2.3, seconds or an HTTP-date.
 *
 * @param now milliseconds since the epoch; a date is compared with `date`, the receiver's own clock, where it told it
 * @returns milliseconds, an hour at most; undefined when it asks for nothing, or for nothing that can be read
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | undefined>>,
  now: number = Date.now(),
): number | undefined {
  const given = headers['retry-after']?.trim();
  if (given === undefined || given === '') {
    return undefined;
  }
  if (/^\d{1,9}$/.test(given)) {
    return Math.min(Number(given) * 1000, LONGEST_MS);
  }
  const until = Date.parse(given);
  if (Number.isNaN(until) || !/[a-z]{3}/i.test(given)) {
    return undefined;
  }
  const theirNow = Date.parse(headers['date'] ?? '');
  return Math.min(Math.max(0, until - (Number.isNaN(theirNow) ? now : theirNow)), LONGEST_MS);
}
