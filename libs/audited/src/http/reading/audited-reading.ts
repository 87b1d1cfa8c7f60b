import type { AuditedOptions, AuditFacts } from '../../capture/audited.options.js';
import type { JsonObject } from '../../event/json-value.js';
import { describedQuery, SEARCHED_TEXT } from '../parameters/described-query.js';

/** What the record of every request to this API says alike. */
export const AUDITED_READING = {
  types: { denied: 'audit.denied', rateLimited: 'audit.denied' },
  resource: { type: 'audit-trail' },
  details: ({ request }: AuditFacts) => askedDetails(request),
  personal: [SEARCHED_TEXT],
} as const satisfies AuditedOptions;

/**
 * The same for whatever proves something. That it could not be answered is no failed proof, which the catalogue takes for
 * the worst that can happen.
 */
export const AUDITED_PROVING = {
  ...AUDITED_READING,
  types: { ...AUDITED_READING.types, failed: 'audit.read' },
} as const satisfies AuditedOptions;

/** @param facts what else there is to say; nothing at all gives no details */
export function askedDetails(request: unknown, facts: JsonObject = {}): JsonObject | undefined {
  const query = describedQuery(request);
  const details = Object.keys(query).length === 0 ? facts : { query, ...facts };
  return Object.keys(details).length === 0 ? undefined : details;
}
