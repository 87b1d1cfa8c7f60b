/** Datadog takes a log up to 18 hours old; half an hour is for clocks that differ and for the way. */
const OLDEST_MS = 17.5 * 3_600_000;
/** It takes one up to two hours ahead of its own clock. */
const NEWEST_MS = 1.5 * 3_600_000;

/**
 * The time to give a log, in milliseconds since the epoch.
 *
 * @returns undefined for an event whose own time Datadog does not take, such as after an outage: without one the log gets the
 * time of its arrival, and with one it would vanish although the answer was 202
 */
export function submissionTime(occurredAt: string, now: number): number | undefined {
  const time = Date.parse(occurredAt);
  return time >= now - OLDEST_MS && time <= now + NEWEST_MS ? time : undefined;
}
