/** A calendar day in UTC, `2026-11-21`; days sort as texts. */
export type UtcDay = string;

const DAY_MS = 86_400_000;

export function utcDayOf(timeMs: number): UtcDay {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** @param days negative for an earlier day */
export function addDays(day: UtcDay, days: number): UtcDay {
  return utcDayOf(Date.parse(`${day}T00:00:00.000Z`) + days * DAY_MS);
}

/** False for what only looks like a day: `2026-02-30`. */
export function isUtcDay(text: string): boolean {
  const timeMs = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(timeMs) && utcDayOf(timeMs) === text;
}
