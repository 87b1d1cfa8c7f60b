import { DAY, MINUTE, MINUTE_MS, QUARTER, type Span } from './count-rows.js';

const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** From a moment (included) to another (excluded), in milliseconds since the epoch; absent: without a border. */
export interface TimeRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Whole time spans: rows of `audit_counts`. */
export interface SpanRange {
  readonly span: Span;
  /** The first step; absent: without a border. */
  readonly from?: number | undefined;
  /** The first step behind it. */
  readonly to?: number | undefined;
}

/** A time range, cut where whole spans of so many minutes begin and end. */
export interface CutRange {
  /** The whole spans; `undefined` when the range holds none. */
  readonly whole: TimeRange | undefined;
  /** What is left before and behind them. */
  readonly edges: readonly TimeRange[];
}

/** Cuts a range. */
export function cut({ from, to }: TimeRange, span: Span): CutRange {
  const spanMs = span * MINUTE_MS;
  const wholeFrom = from === undefined ? undefined : Math.ceil(from / spanMs) * spanMs;
  const wholeTo = to === undefined ? undefined : Math.floor(to / spanMs) * spanMs;
  if (wholeFrom !== undefined && wholeTo !== undefined && wholeFrom >= wholeTo) {
    return { whole: undefined, edges: [{ from, to }].filter(isSomething) };
  }
  const edges = [
    { from, to: wholeFrom },
    { from: wholeTo, to },
  ];
  return {
    whole: { from: wholeFrom, to: wholeTo },
    edges: edges.filter((edge) => edge.from !== undefined && edge.to !== undefined && isSomething(edge)),
  };
}

/**
 * The rows that a range of whole quarter hours is made of: days where it can be, quarter hours at its ends.
 *
 * @param span the longest that may be used
 */
export function spanRanges(whole: TimeRange, span: Span): readonly SpanRange[] {
  if (span !== DAY) {
    return [spanRange(whole, span)];
  }
  const { whole: days, edges } = cut(whole, DAY);
  return [...(days === undefined ? [] : [spanRange(days, DAY)]), ...edges.map((edge) => spanRange(edge, QUARTER))];
}

/** A range in parts that are read one after another, so that none takes long. */
export function slices({ from, to }: Required<TimeRange>, sliceMs: number): readonly TimeRange[] {
  const result: TimeRange[] = [];
  for (let start = from ?? 0; start < (to ?? 0); start += sliceMs) {
    result.push({ from: start, to: Math.min(start + sliceMs, to ?? 0) });
  }
  return result;
}

/** What both ranges hold. */
export function intersection(a: TimeRange, b: TimeRange): TimeRange {
  const from = a.from === undefined || b.from === undefined ? (a.from ?? b.from) : Math.max(a.from, b.from);
  const to = a.to === undefined || b.to === undefined ? (a.to ?? b.to) : Math.min(a.to, b.to);
  return { from, to };
}

/** A moment as `occurred_at` holds it; what is outside of its years is before or behind every other. */
export function timeText(timeMs: number): string {
  if (timeMs < EARLIEST_MS) {
    return '';
  }
  return timeMs > LATEST_MS ? ':' : new Date(timeMs).toISOString();
}

function spanRange({ from, to }: TimeRange, span: Span): SpanRange {
  const spanMs = span * MINUTE_MS;
  return {
    span,
    from: from === undefined ? undefined : from / spanMs,
    to: to === undefined ? undefined : to / spanMs,
  };
}

function isSomething({ from, to }: TimeRange): boolean {
  return from === undefined || to === undefined || from < to;
}

/** The time that a row stands for. */
export function timeOfStep(span: Span, step: number): Required<TimeRange> {
  return { from: step * span * MINUTE_MS, to: (step + 1) * span * MINUTE_MS };
}

/** The rows of one minute each in a range of whole quarter hours. */
export function minutes(whole: TimeRange): SpanRange {
  return spanRange(whole, MINUTE);
}
