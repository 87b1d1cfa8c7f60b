import type { AuditActor, AuditEvent, AuditSeverity } from '../../event/audit-event.js';
import type { JsonValue } from '../../event/json-value.js';
import { cutToBytes } from '../plain-text.js';

/**
 * Severity from 0 to 10, as CEF and LEEF count. CEF calls 0 to 3 low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high;
 * LEEF begins at 1.
 */
export const SEVERITY_NUMBERS: Readonly<Record<AuditSeverity, number>> = Object.freeze({
  debug: 1,
  info: 3,
  warning: 6,
  error: 8,
  critical: 10,
});

/** A user whom an action concerns. */
export interface AffectedUser {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}

/**
 * The user at the other end: the one that was acted on, when the resource or a target is of the type `user`; otherwise
 * the last one on whose behalf the actor acted.
 */
export function affectedUser({ actor, resource, targets, changes }: AuditEvent): AffectedUser | undefined {
  if (resource !== undefined && isUser(resource.type)) {
    return { id: resource.id, name: resource.name, roles: rolesAfter(changes) };
  }
  const target = targets?.find(({ type }) => isUser(type));
  if (target !== undefined) return { id: target.id, name: target.name };
  if (actor.onBehalfOf === undefined) return undefined;
  let last: AuditActor = actor.onBehalfOf;
  while (last.onBehalfOf !== undefined) last = last.onBehalfOf;
  return { id: last.id, name: firstVisible(last.email, last.name), roles: last.roles };
}

function isUser(type: string): boolean {
  return type.length === 4 && type.toLowerCase() === 'user';
}

function rolesAfter(changes: AuditEvent['changes']): readonly string[] | undefined {
  const after = changes?.find(({ field }) => field === 'roles')?.after;
  return Array.isArray(after) && after.every((role) => typeof role === 'string') ? after : undefined;
}

/**
 * The first text of which something would be left in a line. Whoever chooses the e-mail address that the application
 * knows must not be able to make the name of the actor disappear by an address of nothing but spaces.
 */
export function firstVisible(...texts: readonly (string | undefined)[]): string | undefined {
  return texts.find((text) => text !== undefined && VISIBLE.test(text));
}

// oxlint-disable-next-line no-control-regex -- a control character becomes a space
const VISIBLE = /[^\s\u0000-\u001f\u007f-\u009f]/;

/** Names in one value, `developer,auditor`; `undefined` for none. */
export function listed(names: readonly string[] | undefined): string | undefined {
  return names === undefined || names.length === 0 ? undefined : names.join(',');
}

/** Milliseconds since 1970; `undefined` for what is no time. */
export function epochMs(time: string): number | undefined {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
}

/** When the action ended; `undefined` when nobody measured. */
export function endMs({ occurredAt, durationMs }: AuditEvent): number | undefined {
  const start = epochMs(occurredAt);
  return start === undefined || durationMs === undefined ? undefined : start + durationMs;
}

/** The values of the changed fields by field, on one side of the change; `undefined` when that side has none. */
export function changedValues(
  changes: AuditEvent['changes'],
  side: 'before' | 'after',
): Readonly<Record<string, JsonValue>> | undefined {
  if (changes === undefined) return undefined;
  const values: [string, JsonValue][] = [];
  for (const change of changes) {
    const value = change[side];
    if (value !== undefined) values.push([change.field, value]);
  }
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

// oxlint-disable-next-line no-control-regex -- control characters are exactly what must not get through
const NOT_IN_AN_ID = /[\s\u0000-\u001f\u007f-\u009f|\\=%#]/g;

/**
 * An event type as the identifier that a SIEM knows it by: without the characters that a header of CEF or LEEF would
 * have to escape. A type that follows the catalogue's rules is its own identifier.
 */
export function eventTypeId(type: string, bytes: number): string {
  // A header field must not be empty, and a store may hold what no catalogue would accept.
  return type === '' ? '_' : cutToBytes(type.toWellFormed().replaceAll(NOT_IN_AN_ID, '_'), bytes);
}
