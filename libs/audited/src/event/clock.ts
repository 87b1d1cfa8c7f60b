/** Where time comes from. Tests put a fixed one in its place. */
export interface Clock {
  /** Milliseconds since the epoch, as `Date.now()`; may jump when the system clock is set. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
