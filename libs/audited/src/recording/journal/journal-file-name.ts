import { isUtcDay, type UtcDay } from './utc-day.js';

/** What the name of a journal file says. */
export interface JournalFileName {
  readonly name: string;
  /** UTC day on which the file was begun. */
  readonly day: UtcDay;
  /** 0 for the first file of a day, which has no number in its name. */
  readonly index: number;
}

/** Files of one day; enough for a new one every tenth of a second. */
export const MAX_FILE_INDEX = 999_999;

/** `audit-2026-11-21.jsonl`, then `audit-2026-11-21.001.jsonl`: all are matched by `audit-*.jsonl`. */
export function journalFileName(prefix: string, day: UtcDay, index: number): string {
  return index === 0 ? `${prefix}-${day}.jsonl` : `${prefix}-${day}.${String(index).padStart(3, '0')}.jsonl`;
}

/** `undefined` unless {@link journalFileName} makes exactly this name: a stranger's file is never taken for ours. */
export function parseJournalFileName(prefix: string, name: string): JournalFileName | undefined {
  if (!name.startsWith(`${prefix}-`)) {
    return undefined;
  }
  const parts = /^(\d{4}-\d\d-\d\d)(?:\.(\d{3,6}))?\.jsonl$/.exec(name.slice(prefix.length + 1));
  const day = parts?.[1];
  if (day === undefined || !isUtcDay(day)) {
    return undefined;
  }
  const index = Number(parts?.[2] ?? 0);
  return journalFileName(prefix, day, index) === name ? { name, day, index } : undefined;
}

/** Oldest first: by day, then in the order in which the files of a day were begun. */
export function byDayAndIndex(one: JournalFileName, other: JournalFileName): number {
  if (one.day !== other.day) {
    return one.day < other.day ? -1 : 1;
  }
  return one.index - other.index;
}
