import { BadRequestException } from '@nestjs/common';
import { QueryInvalidError } from '../event/audit.error.js';
import { OUTCOME_WORDS, SEVERITY_WORDS } from '../recording/composing/event-words.js';
import { checkQuery, type AuditQuery } from '../storage/audit-query.js';

/** A word that is none would find nothing, and read as "there is nothing". */
const CLOSED_LISTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['outcome', OUTCOME_WORDS],
  ['severity', SEVERITY_WORDS],
]);

/**
 * The query string of `GET /events` as an {@link AuditQuery}. Nothing malformed is ignored: a filter
 * that was misspelt must not widen the result.
 *
 * @throws BadRequestException naming the parameter, what was given and what is allowed
 */
export function parseEventsQuery(given: Readonly<Record<string, unknown>>): AuditQuery {
  // Entries, not assignment: a parameter named __proto__ stays a parameter, and is refused like any unknown one.
  const query = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typed(name, value)]));
  try {
    checkQuery(query);
  } catch (error) {
    if (error instanceof QueryInvalidError) {
      throw new BadRequestException(error.message);
    }
    throw error;
  }
  return query;
}

/** @throws BadRequestException for the first parameter of a query where none is understood */
export function refuseParameters(given: Readonly<Record<string, unknown>>): void {
  const [name] = Object.keys(given);
  if (name !== undefined) {
    throw refused(name, 'is unknown', 'There are none here.');
  }
}

function typed(name: string, value: unknown): unknown {
  if (typeof value !== 'string') {
    throw refused(name, 'is given more than once, or in brackets', 'Give it once, as name=value.');
  }
  const words = CLOSED_LISTS.get(name);
  if (words !== undefined && !words.includes(value)) {
    throw refused(name, 'is no word of its list', `Use one of: ${words.join(', ')}.`);
  }
  if (name === 'limit') {
    return /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  }
  return name === 'from' || name === 'to' ? zonedTime(name, value) : value;
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339 with a zone: a time without one means different moments to different readers. */
function zonedTime(name: string, value: string): Date {
  const day = RFC_3339.exec(value)?.[1];
  const time = new Date(value);
  if (day === undefined || !isDay(day) || Number.isNaN(time.getTime())) {
    throw refused(
      name,
      'is no time with zone',
      'Write it as in RFC 3339: 2026-11-21T00:00:00Z. A plus sign is written %2B in a query.',
    );
  }
  return time;
}

/** JavaScript reads the 30th of February as the 2nd of March. */
function isDay(day: string): boolean {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}

function refused(name: string, problem: string, cure: string): BadRequestException {
  return new BadRequestException(`Audit query parameter ${JSON.stringify(name)} ${problem}. ${cure}`);
}
