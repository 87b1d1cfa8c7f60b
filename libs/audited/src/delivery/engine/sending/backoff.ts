import type { HoldTimes, RetryTimes } from '../../destination.options.js';

/**
 * Full jitter: anything from 0 to a limit that doubles with each failure, so that many senders do not come back at once; never
 * less than the receiver asked for.
 *
 * @param failures how many attempts failed in a row; at least 1
 * @param random a number from 0 to 1, as `Math.random()`
 */
export function retryDelayMs(
  failures: number,
  { initialMs, maxMs }: RetryTimes,
  afterMs: number | undefined,
  random: () => number,
): number {
  return Math.max(afterMs ?? 0, Math.round(random() * doubled(initialMs, maxMs, failures)));
}

/** How long a destination that is set up wrongly is left alone: longer with each look, and never at a random time. */
export function holdDelayMs(holds: number, { initialMs, maxMs }: HoldTimes, afterMs: number | undefined): number {
  return Math.max(afterMs ?? 0, doubled(initialMs, maxMs, holds));
}

function doubled(initialMs: number, maxMs: number, times: number): number {
  // Beyond 2^40 the limit is reached whatever it is, and the number stays exact.
  return Math.min(maxMs, initialMs * 2 ** Math.min(times - 1, 40));
}
