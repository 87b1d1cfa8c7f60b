import { InvalidArgumentError } from 'commander';

/** A whole number, at least 1. */
export function wholeNumber(text: string): number {
  const number = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('Give a whole number, 1 or more.');
  }
  return number;
}

/** A whole number, at least 0. */
export function countFromZero(text: string): number {
  return text === '0' ? 0 : wholeNumber(text);
}

/** Seconds, tenths included, as milliseconds. */
export function seconds(text: string): number {
  const milliseconds = /^\d{1,4}(?:\.\d)?$/.test(text) ? Number(text) * 1000 : 0;
  if (milliseconds < 100) {
    throw new InvalidArgumentError('Give seconds: 0.1 or more.');
  }
  return milliseconds;
}

/** A point in time; a date alone is its first moment in UTC. */
export function time(text: string): Date {
  const [, day = ''] = /^(\d{4}-\d{2}-\d{2})(?:$|T.*(?:Z|[+-]\d{2}:\d{2})$)/.exec(text) ?? [];
  const parsed = new Date(text);
  if (!isDay(day) || Number.isNaN(parsed.getTime())) {
    throw new InvalidArgumentError('Give a date, or ISO 8601 with a zone: 2026-11-21 or 2026-11-21T12:00:00Z.');
  }
  return parsed;
}

/** Every one that is given counts, not the last alone. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** Thirty-one days in February have the form of a date, and JavaScript takes them for some in March. */
function isDay(day: string): boolean {
  const parsed = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(day);
}
