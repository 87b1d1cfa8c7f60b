import type { JsonObject, JsonValue } from '../../event/json-value.js';

/** What was asked for, as a record can say it: absent members left out, times as texts. */
export function queryFacts(query: object): JsonObject {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]: [string, unknown]) =>
      value === undefined ? [] : [[name, factOf(value)] as const],
    ),
  );
}

function factOf(value: unknown): JsonValue {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.map(factOf);
  }
  return typeof value === 'object' && value !== null ? queryFacts(value) : (value as JsonValue);
}
