import type { CheckedConditions } from '../../storage/audit-query.js';
import type { FilterValue } from '../../storage/reading/checked-filters.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import type { Bind } from '../server/server-dialect.js';

/** What the database is to decide of {@link CheckedConditions}; words, and fields that changed, are left to the record itself. */
export type ColumnConditions = Pick<CheckedConditions, 'filters' | 'from' | 'to' | 'tenants'>;

const OF_CLASS = 100;
const MOST_IN_A_ROW = 100;

/**
 * Conditions as SQL on columns of `audit_records`, in the order in which their values are bound.
 *
 * @param named gives a column as the statement names it
 */
export function columnConditions(
  { filters, from, to, tenants }: ColumnConditions,
  dialect: CustodyDialect,
  bind: Bind,
  named: (column: string) => string = (column) => column,
): readonly string[] {
  const equals = (column: string, value: string): string =>
    dialect.equals(named(column), dialect.columnText(value), bind);
  const isMet = (column: string, value: FilterValue): string => {
    if ('exact' in value) {
      return typeof value.exact === 'number' ? `${named(column)} = ${bind(value.exact)}` : equals(column, value.exact);
    }
    if ('prefix' in value) {
      // Behind every text that begins so: the dot at its end is followed by the slash.
      const beginning = dialect.columnText(value.prefix);
      const behind = `${beginning.slice(0, -1)}/`;
      return `(${named(column)} >= ${bind(beginning)} AND ${named(column)} < ${bind(behind)})`;
    }
    const least = Number(value.statusClass[0]) * OF_CLASS;
    return `(${named(column)} >= ${bind(least)} AND ${named(column)} < ${bind(least + OF_CLASS)})`;
  };
  return [
    ...(tenants === undefined ? [] : [anyOf(storable(tenants).map((tenant) => equals('tenant_id', tenant)))]),
    ...(from === undefined ? [] : [`${named('occurred_at')} >= ${bind(from)}`]),
    ...(to === undefined ? [] : [`${named('occurred_at')} < ${bind(to)}`]),
    ...filters.flatMap(({ column, values, isNegated }) => {
      if (column === undefined) {
        return [];
      }
      const one = anyOf(values.filter(isStorable).map((value) => isMet(column, value)));
      // Where a record has no value, the comparison is neither true nor false.
      return [isNegated ? `((${one}) IS NOT TRUE)` : one];
    }),
  ];
}

/** True when no record can match: what is no text was never stored, and a driver would ask for something else instead. */
export function matchesNothing({ filters, tenants }: ColumnConditions): boolean {
  return (
    (tenants !== undefined && storable(tenants).length === 0) ||
    filters.some(({ values, isNegated }) => !isNegated && !values.some(isStorable))
  );
}

/** Whether the record itself has to be asked, because no column says it. */
export function needsRecord({ filters, terms }: Pick<CheckedConditions, 'filters' | 'terms'>): boolean {
  return terms.length > 0 || filters.some(({ column }) => column === undefined);
}

/** Whether a value of a filter is one that a record can have. */
export function isStorable(value: FilterValue): boolean {
  const text = 'exact' in value ? value.exact : 'prefix' in value ? value.prefix : '';
  return typeof text === 'number' || text.isWellFormed();
}

function storable(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => text.isWellFormed());
}

function anyOf(conditions: readonly string[]): string {
  if (conditions.length <= MOST_IN_A_ROW) {
    return conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' OR ') || '1 = 0'})`;
  }
  // As a tree: SQLite refuses a row of a thousand.
  const half = conditions.length >> 1;
  return `(${anyOf(conditions.slice(0, half))} OR ${anyOf(conditions.slice(half))})`;
}
