import type { Clock } from '../event/clock.js';

/** A clock that stands until it is moved. */
export class FixedClock implements Clock {
  constructor(private timeMs = Date.parse('2026-11-21T18:51:39.123Z')) {}

  now(): number {
    return this.timeMs;
  }

  /** Negative values move it back, as a corrected system clock does. */
  advance(byMs: number): void {
    this.timeMs += byMs;
  }
}
