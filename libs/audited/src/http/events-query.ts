import { BadRequestException } from '@nestjs/common';
import { QueryInvalidError } from '../event/audit.error.js';
import { checkQuery, type AuditQuery } from '../storage/audit-query.js';

/**
 * The query string of `GET /events` as an {@link AuditQuery}. Nothing malformed is ignored: a filter
 * that was misspelt must not widen the result.
 *
 * @throws BadRequestException naming the parameter, what was given and what is allowed
 */
export function parseEventsQuery(given: Readonly<Record<string, unknown>>): AuditQuery {
  const query: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string') {
      throw new BadRequestException(`Audit query parameter "${name}" is given more than once. Give it once.`);
    }
    query[name] = typed(name, value);
  }
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

function typed(name: string, value: string): unknown {
  if (name === 'limit') {
    return /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  }
  return name === 'from' || name === 'to' ? zonedTime(name, value) : value;
}

/** RFC 3339 with a zone: a time without one means different moments to different readers. */
function zonedTime(name: string, value: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(value)
    ? new Date(value)
    : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new BadRequestException(
      `Audit query parameter "${name}" is no time with zone. Write it as in RFC 3339: 2026-11-21T00:00:00Z.`,
    );
  }
  return time;
}
