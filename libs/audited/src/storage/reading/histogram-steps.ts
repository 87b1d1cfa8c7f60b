import { QueryInvalidError } from '../../event/audit.error.js';
import type { HistogramInterval, HistogramStep } from './audit-statistics.js';
import { ZoneOffsets, zonedText } from './zone-offsets.js';

/** Most steps that a histogram may have. */
export const MAX_STEPS = 2000;

const UNIT_MS: Readonly<Record<HistogramInterval, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The steps of a histogram: minutes, hours or days as the clocks of a time zone show them. An hour that occurs twice, when
 * clocks are set back, is two steps; one that never occurs is none. A day begins when its date is there for the first time.
 */
export class HistogramSteps {
  private readonly counts: number[];

  private constructor(
    private readonly offsets: ZoneOffsets,
    /** When each step begins, in milliseconds since the epoch. */
    readonly starts: readonly number[],
  ) {
    this.counts = starts.map(() => 0);
  }

  /**
   * All steps that a time range touches.
   *
   * @param first the first moment of the range
   * @param end the first moment behind it
   * @throws QueryInvalidError naming `histogram` when there are too many
   */
  static between(interval: HistogramInterval, timeZone: string, first: number, end: number): HistogramSteps {
    const unitMs = UNIT_MS[interval];
    const offsets = new ZoneOffsets(timeZone);
    // Clocks that are set make at most some steps shorter or longer.
    if ((end - first) / unitMs > MAX_STEPS + 2) {
      throw tooManySteps(interval);
    }
    const starts: number[] = [];
    if (end > first) {
      let start = stepOf(offsets, interval, first);
      while (start < end) {
        starts.push(start);
        if (starts.length > MAX_STEPS) {
          throw tooManySteps(interval);
        }
        start = nextStart(offsets, interval, start);
      }
    }
    return new HistogramSteps(offsets, starts);
  }

  /** @param timeMs a moment within the steps */
  add(timeMs: number, count: number): void {
    let [low, high] = [0, this.starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= timeMs) {
        low = middle;
      } else {
        high = middle;
      }
    }
    this.counts[low] = (this.counts[low] ?? 0) + count;
  }

  result(): readonly HistogramStep[] {
    return this.starts.map((start, place) => ({
      start: zonedText(start, this.offsets.at(start)),
      count: this.counts[place] ?? 0,
    }));
  }
}

/** When the step begins that a moment is in. */
function stepOf(offsets: ZoneOffsets, interval: HistogramInterval, timeMs: number): number {
  // From safely before it, because clocks may have been set within the step.
  let start = nextStart(offsets, interval, timeMs - 3 * UNIT_MS[interval]);
  for (let next = start; next <= timeMs; next = nextStart(offsets, interval, next)) {
    start = next;
  }
  return start;
}

function nextStart(offsets: ZoneOffsets, interval: HistogramInterval, timeMs: number): number {
  const unitMs = UNIT_MS[interval];
  const offset = offsets.at(timeMs);
  const nextUnit = Math.floor((timeMs + offset) / unitMs) * unitMs + unitMs;
  const expected = nextUnit - offset;
  const change = offsets.changeBetween(timeMs, expected);
  if (change === undefined) {
    return expected;
  }
  // Another offset is another hour, but not another date.
  return interval === 'day' ? Math.max(change, nextUnit - offsets.at(change)) : change;
}

/** What is told when a histogram would have too many steps. */
export function tooManySteps(interval: HistogramInterval): QueryInvalidError {
  return new QueryInvalidError(
    'histogram',
    `would have more than ${MAX_STEPS} steps of one ${interval}`,
    'Give a shorter time range with "from" and "to", or a longer interval: minute, hour, day.',
  );
}
