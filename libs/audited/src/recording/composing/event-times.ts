import { types } from 'node:util';

/** Years beyond these are written in another form, which would not sort as text. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Writes times as ISO 8601 in UTC with milliseconds. Under load many events share one, so the last is kept. */
export class IsoTimes {
  private lastMs = Number.NaN;
  private lastText = '';

  /** @param timeMs milliseconds since the epoch, within the years 0 to 9999 */
  at(timeMs: number): string {
    if (timeMs !== this.lastMs) {
      this.lastText = new Date(timeMs).toISOString();
      this.lastMs = timeMs;
    }
    return this.lastText;
  }

  /** `undefined` for what is no valid date of the years 0 to 9999. */
  ofDate(given: unknown): string | undefined {
    // Not `instanceof`: the date may come from another realm, and a subclass may answer as it likes.
    if (!types.isDate(given)) {
      return undefined;
    }
    const timeMs = Date.prototype.getTime.call(given);
    return timeMs >= EARLIEST_MS && timeMs <= LATEST_MS ? this.at(timeMs) : undefined;
  }
}

/** A duration in whole milliseconds, never negative; `undefined` for what is no finite number. */
export function wholeMilliseconds(given: unknown): number | undefined {
  return typeof given === 'number' && Number.isFinite(given)
    ? Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(given)))
    : undefined;
}
