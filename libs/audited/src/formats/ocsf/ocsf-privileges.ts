import type { AuditEvent } from '../../event/audit-event.js';
import type { JsonValue } from '../../event/json-value.js';
import { PRIVILEGE_NAMES } from './ocsf-words.js';

/** Roles or privileges that an event is about; OCSF 1.8 has one word for both. */
export interface OcsfPrivileges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Named by the details, which do not say what became of them. */
  readonly named: readonly string[];
}

/**
 * Read from what the event says: of the changes of a field that is called so (`roles`, `user.roles`) the difference of
 * its two sides, and of the details the members that are called so.
 */
export function privilegesOf({ changes = [], details = {} }: AuditEvent): OcsfPrivileges {
  const added: string[] = [];
  const removed: string[] = [];
  for (const { field, before, after } of changes) {
    if (!PRIVILEGE_NAMES.has(lastWord(field))) continue;
    const old = textsOf(before);
    const young = textsOf(after);
    added.push(...young.filter((text) => !old.includes(text)));
    removed.push(...old.filter((text) => !young.includes(text)));
  }
  const named = Object.entries(details).flatMap(([name, value]) =>
    PRIVILEGE_NAMES.has(name.toLowerCase()) ? textsOf(value) : [],
  );
  return { added: unique(added), removed: unique(removed), named: unique(named) };
}

function lastWord(field: string): string {
  return field.slice(Math.max(field.lastIndexOf('.'), field.lastIndexOf('/')) + 1).toLowerCase();
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === 'string' && one !== '');
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
