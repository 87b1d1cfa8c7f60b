import type { AuditEvent } from '../../event/audit-event.js';
import type { JsonValue } from '../../event/json-value.js';
import { foldedText } from './folded-text.js';

/**
 * What searches look at in an event: its action, reason, details (names and values, at every depth), error and the names of
 * its resources, folded; one line each, so that no phrase is found across two of them.
 *
 * @param event as it was sealed, without its personal part: what was personal can not be searched for
 */
export function searchDocument(event: AuditEvent): string {
  const { action, reason, details, error, resource, targets = [] } = event;
  return [
    action,
    reason,
    ...(details === undefined ? [] : words(details)),
    error?.type,
    error?.code,
    error?.message,
    resource?.name,
    ...targets.map(({ name }) => name),
  ]
    .filter((text) => typeof text === 'string')
    .map(foldedText)
    .join('\n');
}

function words(value: JsonValue): readonly string[] {
  if (value === null) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.flatMap(words);
  }
  return typeof value === 'object'
    ? Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [name] : [name, ...words(inner)]))
    : [String(value)];
}
