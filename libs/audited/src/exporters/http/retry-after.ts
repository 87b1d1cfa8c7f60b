/** A receiver that asks for more than this is asked again all the same: it may have meant something else. */
const LONGEST_MS = 3_600_000;

/**
 * The three forms of an HTTP-date (RFC 9110, section 5.6.7); all are UTC, and the last does not say so.
 * `Date.parse` takes far more than these, and most of it by guessing.
 */
const DATES = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
];

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
  if (/^\d+$/.test(given)) {
    return Math.min(Number(given) * 1000, LONGEST_MS);
  }
  const until = timeOf(given);
  if (until === undefined) {
    return undefined;
  }
  const theirNow = timeOf(headers['date']?.trim() ?? '');
  return Math.min(Math.max(0, until - (theirNow ?? now)), LONGEST_MS);
}

function timeOf(text: string): number | undefined {
  if (!DATES.some((form) => form.test(text))) {
    return undefined;
  }
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
