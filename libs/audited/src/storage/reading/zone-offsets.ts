const OFFSET = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Whether clocks of this zone are known: IANA names, and what else `Intl` takes. */
export function isTimeZone(timeZone: unknown): timeZone is string {
  if (typeof timeZone !== 'string') {
    return false;
  }
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).format(0) !== '';
  } catch {
    // RangeError: no such zone.
    return false;
  }
}

/** How far the clocks of a time zone are ahead of UTC, at any moment. */
export class ZoneOffsets {
  private readonly format: Intl.DateTimeFormat;
  private readonly isUtc: boolean;

  /** @param timeZone one that {@link isTimeZone} knows */
  constructor(timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    this.isUtc = timeZone === 'UTC';
  }

  /** In milliseconds; negative west of Greenwich. */
  at(timeMs: number): number {
    if (this.isUtc) {
      return 0;
    }
    const text = this.format.formatToParts(timeMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(text) ?? [];
    const offsetMs = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS + Number(seconds) * 1000;
    return sign === '-' ? -offsetMs : offsetMs;
  }

  /**
   * The first moment after `from` with the offset that holds at `through`; `undefined` when both have the same. Clocks are
   * set at most once between the two.
   */
  changeBetween(from: number, through: number): number | undefined {
    const before = this.at(from);
    if (this.at(through) === before) {
      return undefined;
    }
    let [unchanged, changed] = [from, through];
    while (changed - unchanged > 1) {
      const middle = Math.floor((unchanged + changed) / 2);
      if (this.at(middle) === before) {
        unchanged = middle;
      } else {
        changed = middle;
      }
    }
    return changed;
  }
}

/** A moment as the clocks of a zone show it, with their offset: `2026-11-21T00:00:00+01:00`. */
export function zonedText(timeMs: number, offsetMs: number): string {
  const offset = new Date(Math.abs(offsetMs)).toISOString();
  const shownOffset = offsetMs % MINUTE_MS === 0 ? offset.slice(11, 16) : offset.slice(11, 19);
  return `${new Date(timeMs + offsetMs).toISOString().slice(0, -5)}${offsetMs < 0 ? '-' : '+'}${shownOffset}`;
}
