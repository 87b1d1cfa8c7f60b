import type { ProjectedRecord } from '../projections/log-projection.js';
import { DAY, minuteOf } from './count-rows.js';
import { KEY_BYTES, keyText } from './counted-facts.js';

/** What a row of `audit_names` counts. */
export const ACTOR = 1;
export const RESOURCE = 2;

export type NameKind = typeof ACTOR | typeof RESOURCE;

/** Key of `audit_names`. */
export const NAME_KEY = ['chain', 'day', 'kind', 'tenant_id', 'type', 'name'] as const;

/** One row to be added to `audit_names`, in the order of {@link NAME_KEY}, and the count. */
export type NameRow = readonly [
  chain: string,
  day: number,
  kind: NameKind,
  tenant: string,
  type: string,
  name: string,
  count: number,
];

const SEPARATOR = '\0';

/** What the records add to the names: each key once, in the order of the keys. */
export function nameRows(
  records: readonly ProjectedRecord[],
  columnText: (text: string) => string,
): readonly NameRow[] {
  const counted = new Map<string, NameRow>();
  const keyOf = (text: string | undefined, maxBytes: number): string =>
    keyText(text === undefined ? null : columnText(text), maxBytes);
  for (const { chain, event } of records) {
    const day = Math.floor(minuteOf(event.occurredAt) / DAY);
    const tenant = keyOf(event.actor.tenantId, KEY_BYTES.tenant_id);
    const add = (kind: NameKind, type: string, name: string): void => {
      const key = [chain, day, kind, tenant, type, name].join(SEPARATOR);
      counted.set(key, [chain, day, kind, tenant, type, name, (counted.get(key)?.[6] ?? 0) + 1]);
    };
    if (event.actor.id !== undefined) {
      add(ACTOR, '', keyOf(event.actor.id, KEY_BYTES.name));
    }
    if (event.resource !== undefined) {
      const { type, id } = event.resource;
      add(RESOURCE, keyOf(type, KEY_BYTES.resource_type), keyOf(id, KEY_BYTES.name));
    }
  }
  return [...counted.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
