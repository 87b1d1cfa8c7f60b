import type { HistogramInterval, HistogramStep } from '../../../storage/reading/audit-statistics.js';
import { HistogramSteps } from '../../../storage/reading/histogram-steps.js';
import type { RawRow } from '../../server/server-database.js';
import { DAY, MINUTE_MS, QUARTER } from './count-rows.js';
import { momentOf, type CountedRecords } from './counted-records.js';
import type { CountedRows } from './counted-rows.js';
import { numberOf } from './statistics-access.js';
import {
  cut,
  intersection,
  minutes,
  slices,
  spanRanges,
  timeOfStep,
  type SpanRange,
  type TimeRange,
} from './time-range.js';

const QUARTER_MS = QUARTER * MINUTE_MS;
const DAY_MS = DAY * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** What a histogram is made of. */
export interface HistogramParts {
  readonly interval: HistogramInterval;
  readonly timeZone: string;
  readonly rows: CountedRows;
  readonly records: CountedRecords;
  /** Rows of a minute know the tenant alone. */
  readonly isByTenantAlone: boolean;
}

/**
 * Counts over time. Steps begin where clocks of a zone say so, rows where quarter hours do (or minutes): what lies in a
 * quarter hour in which a step begins elsewhere is counted from the records.
 */
export class LogHistogram {
  private readonly steps: HistogramSteps;
  /** Numbers of the quarter hours whose records are counted one by one. */
  private readonly loose: ReadonlySet<number>;
  /** Its whole quarter hours. */
  private readonly whole: TimeRange | undefined;

  /**
   * @param range with both its borders
   * @param asked the range that was asked for, whose edges are counted from the records
   * @throws QueryInvalidError when there are too many steps
   */
  constructor(
    private readonly parts: HistogramParts,
    { from = 0, to = 0 }: TimeRange,
    asked: TimeRange,
  ) {
    const { interval, timeZone } = parts;
    this.steps = HistogramSteps.between(interval, timeZone, from, to);
    const { whole } = cut(asked, QUARTER);
    this.whole = whole && {
      from: whole.from ?? Math.floor(from / QUARTER_MS) * QUARTER_MS,
      to: whole.to ?? Math.ceil(to / QUARTER_MS) * QUARTER_MS,
    };
    this.loose = this.looseQuarters();
  }

  /** Adds records that are not in the rows yet, by minute or shorter; those behind the position of the counts. */
  addBehind(row: RawRow): void {
    const moment = momentOf(row);
    if (!this.loose.has(Math.floor(moment / QUARTER_MS))) {
      this.steps.add(moment, numberOf(row, 'count'));
    }
  }

  /** Adds records of the edges of the range. */
  addEdge(row: RawRow): void {
    this.steps.add(momentOf(row), numberOf(row, 'count'));
  }

  async result(): Promise<readonly HistogramStep[]> {
    for (const range of this.rowRanges()) {
      for (const row of await this.parts.rows.sums(range, ['step'])) {
        const time = timeOfStep(range.span, numberOf(row, 'step'));
        if (range.span === DAY || !this.loose.has(Math.floor((time.from ?? 0) / QUARTER_MS))) {
          this.steps.add(time.from ?? 0, numberOf(row, 'count'));
        }
      }
    }
    for (const part of this.looseParts()) {
      for (const row of await this.parts.records.within(part, { columns: [], moment: 19 })) {
        this.addEdge(row);
      }
    }
    return this.steps.result();
  }

  private rowRanges(): readonly SpanRange[] {
    if (this.whole === undefined || (this.parts.interval === 'minute' && !this.parts.isByTenantAlone)) {
      return [];
    }
    if (this.parts.interval === 'minute') {
      return [minutes(this.whole)];
    }
    return spanRanges(this.whole, this.steps.starts.every((start) => start % DAY_MS === 0) ? DAY : QUARTER);
  }

  private looseQuarters(): ReadonlySet<number> {
    const { interval, isByTenantAlone } = this.parts;
    const { whole } = this;
    if (whole === undefined) {
      return new Set();
    }
    if (interval === 'minute' && !isByTenantAlone) {
      const count = ((whole.to ?? 0) - (whole.from ?? 0)) / QUARTER_MS;
      return new Set(Array.from({ length: count }, (_, index) => (whole.from ?? 0) / QUARTER_MS + index));
    }
    const unit = interval === 'minute' ? MINUTE_MS : QUARTER_MS;
    return new Set(
      this.steps.starts.filter((start) => start % unit !== 0).map((start) => Math.floor(start / QUARTER_MS)),
    );
  }

  private looseParts(): readonly TimeRange[] {
    const parts: { from: number; to: number }[] = [];
    for (const quarter of [...this.loose].toSorted((a, b) => a - b)) {
      const from = quarter * QUARTER_MS;
      const last = parts.at(-1);
      if (last?.to === from) {
        last.to += QUARTER_MS;
      } else {
        parts.push({ from, to: from + QUARTER_MS });
      }
    }
    return parts
      .map((part) => intersection(part, this.whole ?? part))
      .filter(({ from = 0, to = 0 }) => from < to)
      .flatMap(({ from, to }) => slices({ from, to }, HOUR_MS));
  }
}
