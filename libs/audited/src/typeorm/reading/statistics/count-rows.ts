import { COUNTED_COLUMNS, KEY_BYTES, keyText, type CountedFacts } from './counted-facts.js';

/** Minutes that one row of `audit_counts` stands for. Days are for long times, quarter hours for time zones and edges. */
export const MINUTE = 1;
export const QUARTER = 15;
export const DAY = 1440;

export type Span = typeof MINUTE | typeof QUARTER | typeof DAY;

export const MINUTE_MS = 60_000;

/** For a time that nobody can read: before every other. */
const UNREADABLE_MINUTE = -4_000_000_000;

/** One row to be added to `audit_counts`, without its chain. */
export interface CountRow {
  readonly span: Span;
  /** Number of the time span since the epoch: `floor(minutes / span)`. */
  readonly step: number;
  /** In the order of `COUNTED_COLUMNS`. By minute there is only the tenant. */
  readonly keys: readonly string[];
  readonly count: number;
}

const LIMITS = COUNTED_COLUMNS.map((column) => KEY_BYTES[column]);
const NO_KEYS = COUNTED_COLUMNS.slice(1).map(() => '');
/** In no key: canonical JSON escapes it, and PostgreSQL has no such character. */
const SEPARATOR = '\0';

/** What the records add to the counts: each key once, in the order of the keys, so that two writers never cross. */
export function countRows(records: Iterable<CountedFacts>): readonly CountRow[] {
  const counted = new Map<string, CountRow>();
  for (const { minute, keys, count } of countedByMinute(records)) {
    add(counted, MINUTE, minute, [keys[0] ?? '', ...NO_KEYS], count);
    add(counted, QUARTER, Math.floor(minute / QUARTER), keys, count);
    add(counted, DAY, Math.floor(minute / DAY), keys, count);
  }
  return [...counted.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Minutes since the epoch. */
export function minuteOf(occurredAt: string): number {
  const timeMs = Date.parse(occurredAt);
  return Number.isNaN(timeMs) ? UNREADABLE_MINUTE : Math.floor(timeMs / MINUTE_MS);
}

interface MinuteCount {
  readonly minute: number;
  readonly keys: readonly string[];
  count: number;
}

function countedByMinute(records: Iterable<CountedFacts>): Iterable<MinuteCount> {
  const counted = new Map<string, MinuteCount>();
  for (const { occurredAt, texts } of records) {
    const minute = minuteOf(occurredAt);
    const keys = texts.map((text, place) => keyText(text, LIMITS[place] ?? 0));
    const key = `${minute}${SEPARATOR}${keys.join(SEPARATOR)}`;
    const known = counted.get(key);
    if (known === undefined) {
      counted.set(key, { minute, keys, count: 1 });
    } else {
      known.count++;
    }
  }
  return counted.values();
}

function add(counted: Map<string, CountRow>, span: Span, step: number, keys: readonly string[], count: number): void {
  const key = [span, step, ...keys].join(SEPARATOR);
  const known = counted.get(key);
  counted.set(key, { span, step, keys, count: count + (known?.count ?? 0) });
}
