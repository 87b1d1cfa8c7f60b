/** A calendar day in UTC, `2026-11-30`; days sort as texts. */
export type UtcDay = string;

/** What the name of a file says. The rules are those of the journal's files. */
export interface LogFileName {
  readonly name: string;
  /** UTC day on which the file was begun. */
  readonly day: UtcDay;
  /** 0 for the first file of a day, which has no number in its name. */
  readonly index: number;
  readonly isCompressed: boolean;
}

/** How names begin and end. */
export interface LogFileNaming {
  readonly prefix: string;
  /** Without the dot. */
  readonly extension: string;
}

/** Files of one day; enough for a new one every tenth of a second. */
export const MAX_FILE_INDEX = 999_999;
const COMPRESSED = '.gz';
const DAY_MS = 86_400_000;

/** `audit-2026-11-30.jsonl`, then `audit-2026-11-30.001.jsonl`; with `.gz` behind it when it is closed and compressed. */
export function logFileName({ prefix, extension }: LogFileNaming, day: UtcDay, index: number): string {
  const number = index === 0 ? '' : `.${String(index).padStart(3, '0')}`;
  return `${prefix}-${day}${number}.${extension}`;
}

/** The name of a file once it is compressed. */
export function compressedName(name: string): string {
  return `${name}${COMPRESSED}`;
}

/** `undefined` unless exactly this name is made here: a stranger's file is never taken for ours. */
export function parseLogFileName(naming: LogFileNaming, name: string): LogFileName | undefined {
  const isCompressed = name.endsWith(COMPRESSED);
  const plain = isCompressed ? name.slice(0, -COMPRESSED.length) : name;
  const { prefix } = naming;
  if (!plain.startsWith(`${prefix}-`)) {
    return undefined;
  }
  const parts = /^(\d{4}-\d\d-\d\d)(?:\.(\d{3,6}))?\./.exec(plain.slice(prefix.length + 1));
  const day = parts?.[1];
  if (day === undefined || !isUtcDay(day)) {
    return undefined;
  }
  const index = Number(parts?.[2] ?? 0);
  return logFileName(naming, day, index) === plain ? { name, day, index, isCompressed } : undefined;
}

/** Oldest first: by day, then in the order in which the files of a day were begun. */
export function byDayAndIndex(one: LogFileName, other: LogFileName): number {
  if (one.day !== other.day) {
    return one.day < other.day ? -1 : 1;
  }
  return one.index - other.index;
}

export function utcDayOf(timeMs: number): UtcDay {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** @param days negative for an earlier day */
export function addDays(day: UtcDay, days: number): UtcDay {
  return utcDayOf(Date.parse(`${day}T00:00:00.000Z`) + days * DAY_MS);
}

/** False for what only looks like a day: `2026-02-30`. */
function isUtcDay(text: string): boolean {
  const timeMs = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(timeMs) && utcDayOf(timeMs) === text;
}
