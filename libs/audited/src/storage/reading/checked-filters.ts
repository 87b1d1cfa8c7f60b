import { QueryInvalidError } from '../../event/audit.error.js';
import type { AuditFilters, FilterName, StatusClass } from './audit-filters.js';
import { shown } from './shown-value.js';

/** One value of a filter: the very text or number, the beginning of a type, or a class of statuses. */
export type FilterValue =
  { readonly exact: string | number } | { readonly prefix: string } | { readonly statusClass: StatusClass };

/** A filter whose every value was checked; one of them has to match. */
export interface CheckedFilter {
  readonly name: FilterName;
  /** Column of `audit_records`; `undefined` where only the body has the values. */
  readonly column: string | undefined;
  readonly values: readonly FilterValue[];
  /** Records that match are left out. */
  readonly isNegated: boolean;
}

/** Most values that one filter may have. */
export const MAX_FILTER_VALUES = 100;
/** Longest value that a filter may have. */
export const MAX_VALUE_CHARACTERS = 10_000;

type ReadValue = (parameter: string, value: unknown) => FilterValue;
type FilterRule = readonly [column: string | undefined, read: ReadValue];

const text: ReadValue = (parameter, value) => ({ exact: checkedText(parameter, value) });

const oneOf = (words: readonly string[]): ReadValue => {
  return (parameter, value) => {
    if (typeof value !== 'string' || !words.includes(value)) {
      throw new QueryInvalidError(parameter, `is ${shown(value)}`, `Allowed are: ${words.join(', ')}.`);
    }
    return { exact: value };
  };
};

const FILTERS = {
  chain: ['chain', text],
  type: ['type', typeOrPrefix],
  stage: ['stage', oneOf(['intent', 'outcome'])],
  outcome: ['outcome', oneOf(['success', 'failure', 'denied', 'pending', 'unknown'])],
  severity: ['severity', oneOf(['debug', 'info', 'warning', 'error', 'critical'])],
  risk: ['risk', oneOf(['low', 'medium', 'high', 'critical'])],
  actorId: ['actor_id', text],
  actorKind: ['actor_kind', oneOf(['user', 'service', 'system', 'anonymous', 'unknown'])],
  actorEmail: ['actor_email', text],
  ip: ['actor_ip', text],
  tenantId: ['tenant_id', text],
  resourceType: ['resource_type', text],
  resourceId: ['resource_id', text],
  sessionId: ['session_id', text],
  correlationId: ['correlation_id', text],
  traceId: ['trace_id', text],
  component: ['component', text],
  environment: ['environment', text],
  transport: ['transport', oneOf(['http', 'manual', 'method', 'job'])],
  route: ['route', text],
  status: ['status', statusOrClass],
  changedField: [undefined, text],
} as const satisfies Record<FilterName, FilterRule>;

/** Names of all filters. */
export const FILTER_NAMES = Object.keys(FILTERS) as readonly FilterName[];

/** Filters by personal facts: refused where those are masked. */
export const PERSONAL_FILTERS: ReadonlySet<FilterName> = new Set(['actorEmail', 'ip']);

/**
 * Checks filters; names that are none must have been refused before.
 *
 * @param prefix what stands in front of a name in errors: `not.`
 * @throws QueryInvalidError naming the filter and the cure
 */
export function checkFilters(filters: AuditFilters, isNegated = false, prefix = ''): readonly CheckedFilter[] {
  const given = new Map<string, unknown>(Object.entries(filters));
  return FILTER_NAMES.flatMap((name) => {
    const value = given.get(name);
    if (value === undefined) {
      return [];
    }
    const [column, read]: FilterRule = FILTERS[name];
    const values = checkedList(`${prefix}${name}`, value).map((one) => read(`${prefix}${name}`, one));
    return [{ name, column, values: distinct(values), isNegated }];
  });
}

function checkedList(parameter: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    return [value];
  }
  if (value.length === 0) {
    throw new QueryInvalidError(parameter, 'is an empty list', 'Leave it out to match everything.');
  }
  if (value.length > MAX_FILTER_VALUES) {
    throw new QueryInvalidError(
      parameter,
      `is a list of ${value.length} values`,
      `Give at most ${MAX_FILTER_VALUES}, and the others in another query.`,
    );
  }
  return Array.from<unknown>(value);
}

function checkedText(parameter: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new QueryInvalidError(
      parameter,
      `must be a text that is not empty, not ${shown(value)}`,
      'Leave it out to match everything.',
    );
  }
  if (value.length > MAX_VALUE_CHARACTERS) {
    throw new QueryInvalidError(
      parameter,
      `has ${value.length} characters (${shown(value)})`,
      `Give at most ${MAX_VALUE_CHARACTERS}.`,
    );
  }
  return value;
}

function typeOrPrefix(parameter: string, given: unknown): FilterValue {
  const value = checkedText(parameter, given);
  const isPrefix = value.endsWith('.*');
  const literal = isPrefix ? value.slice(0, -1) : value;
  if (/(?<!\\)\*/.test(literal)) {
    throw new QueryInvalidError(
      parameter,
      `has an asterisk in the wrong place: ${shown(value)}`,
      'Write it at the end, after a dot (deploy.*), or \\* for the character itself.',
    );
  }
  const plain = literal.replaceAll('\\*', '*');
  return isPrefix ? { prefix: plain } : { exact: plain };
}

function statusOrClass(parameter: string, value: unknown): FilterValue {
  if (typeof value === 'string' && /^[1-5]xx$/.test(value)) {
    return { statusClass: value as StatusClass };
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 100 || value > 999) {
    throw new QueryInvalidError(
      parameter,
      `is ${shown(value)}`,
      'Give a whole number from 100 to 999, or a class: 1xx, 2xx, 3xx, 4xx or 5xx.',
    );
  }
  return { exact: value };
}

function distinct(values: readonly FilterValue[]): readonly FilterValue[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
