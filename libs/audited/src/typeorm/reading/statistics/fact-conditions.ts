import type { CheckedFilter } from '../../../storage/reading/checked-filters.js';
import type { CustodyDialect } from '../../custody/custody-database.js';
import { SqlConditions } from '../../server/server-dialect.js';
import { KEY_BYTES, keyPrefixes, keyText, type CountedColumn } from './counted-facts.js';

/** Which records are counted: filters, and what whoever asks may see. */
export interface FactSelection {
  readonly filters: readonly CheckedFilter[];
  /** Absent: records of all tenants, and of none. */
  readonly tenants?: readonly string[];
}

/** What a column is compared with in one table. */
interface ComparedColumn {
  readonly column: string;
  readonly keyOf: (text: string) => string;
  readonly prefixesOf: (prefix: string) => readonly string[];
}

/** Whether only records of some tenants are meant, and nothing else is asked of them. */
export function isByTenantAlone({ filters }: FactSelection): boolean {
  return filters.every(({ column }) => column === 'tenant_id');
}

/** Conditions on `audit_records`. No index is used for them: the range of times or positions has one. */
export function recordConditions(dialect: CustodyDialect, selection: FactSelection): SqlConditions {
  return conditions(dialect, selection, (column) => ({
    // A record without the value does not match, and is not left out either.
    column: `COALESCE(${column}, '')`,
    keyOf: (text) => text,
    prefixesOf: (prefix) => [prefix],
  }));
}

/** Conditions on `audit_counts`, and on `audit_names` where only tenants are selected. */
export function keyConditions(dialect: CustodyDialect, selection: FactSelection): SqlConditions {
  return conditions(dialect, selection, (column) => ({
    column,
    keyOf: (text) => keyText(text, KEY_BYTES[column as CountedColumn]),
    prefixesOf: keyPrefixes,
  }));
}

function conditions(
  dialect: CustodyDialect,
  { filters, tenants }: FactSelection,
  compared: (column: string) => ComparedColumn,
): SqlConditions {
  const result = new SqlConditions(dialect);
  for (const filter of filters) {
    const condition = matching(dialect, filter, compared(filter.column ?? ''), result);
    result.holds(filter.isNegated ? `NOT (${condition})` : `(${condition})`);
  }
  if (tenants !== undefined) {
    const scope: CheckedFilter = {
      name: 'tenantId',
      column: 'tenant_id',
      values: tenants.map((exact) => ({ exact })),
      isNegated: false,
    };
    result.holds(`(${matching(dialect, scope, compared('tenant_id'), result)})`);
  }
  return result;
}

function matching(
  dialect: CustodyDialect,
  { values }: CheckedFilter,
  { column, keyOf, prefixesOf }: ComparedColumn,
  { bind }: SqlConditions,
): string {
  const exact: string[] = [];
  const ranges: string[] = [];
  for (const value of values) {
    if ('exact' in value && isText(String(value.exact))) {
      exact.push(bind(keyOf(dialect.columnText(String(value.exact)))));
    } else if ('prefix' in value && isText(value.prefix)) {
      for (const prefix of prefixesOf(dialect.columnText(value.prefix))) {
        ranges.push(`(${column} >= ${bind(prefix)} AND ${column} < ${bind(behind(prefix))})`);
      }
    }
  }
  const alternatives = exact.length === 0 ? ranges : [`${column} IN (${exact.join(', ')})`, ...ranges];
  return alternatives.length === 0 ? '1 = 0' : alternatives.join(' OR ');
}

/** What is no text, and what is empty, is no value of any record. */
function isText(text: string): boolean {
  return text !== '' && text.isWellFormed();
}

/** The first text behind all that begin so: a beginning ends with a dot, and texts are compared byte by byte. */
function behind(prefix: string): string {
  return `${prefix.slice(0, -1)}/`;
}
