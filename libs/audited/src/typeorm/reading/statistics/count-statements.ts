import type { CustodyDialect, SqlStatement } from '../../custody/custody-database.js';
import type { SqlValue } from '../../server/server-dialect.js';
import type { CountRow } from './count-rows.js';
import { COUNTED_COLUMNS } from './counted-facts.js';

/** Key of `audit_counts`. */
export const COUNT_KEY = ['chain', 'span', 'step', ...COUNTED_COLUMNS] as const;

/** Name of the projection whose position says how far `audit_counts` is. */
export const STATISTICS = 'statistics';
/** Name of the projection whose position says how far `audit_names` is. */
export const NAMES = 'names';

/** Above so many, one statement would have more values than databases take. */
const ROWS_PER_STATEMENT = 400;

/** A table of counts: a key, and `count`. */
export interface CountTable {
  readonly name: 'audit_counts' | 'audit_names';
  readonly key: readonly string[];
}

export const COUNTS: CountTable = { name: 'audit_counts', key: COUNT_KEY };

/** The values of a row of `audit_counts`, in the order of its key, and the count. */
export function countValues(chain: string, { span, step, keys, count }: CountRow): readonly SqlValue[] {
  return [chain, span, step, ...keys, count];
}

/**
 * Adds the rows to what is counted already.
 *
 * @param rows key and count of each
 */
export function additions(
  dialect: CustodyDialect,
  { name, key }: CountTable,
  rows: readonly (readonly SqlValue[])[],
): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const some = rows.slice(start, start + ROWS_PER_STATEMENT);
    let place = 0;
    const tuples = some.map((row) => `(${row.map(() => dialect.placeholder(++place)).join(', ')})`);
    const insert = `INSERT INTO ${dialect.table(name)} (${key.join(', ')}, count) VALUES ${tuples.join(', ')}`;
    statements.push({ sql: dialect.addingUpsert(insert, name, key), values: some.flat() });
  }
  return statements;
}

/**
 * Takes the rows away from what is counted; keys that nothing is left of go.
 *
 * @param period the columns that say which rows of a chain are near each other: equal ones, then the one with a range
 */
export function subtractions(
  dialect: CustodyDialect,
  table: CountTable,
  rows: readonly (readonly SqlValue[])[],
  period: readonly string[],
): readonly SqlStatement[] {
  const negated = rows.map((row) => row.map((value, place) => (place === table.key.length ? -Number(value) : value)));
  return [...additions(dialect, table, negated), ...cleanUps(dialect, table, rows, period)];
}

/** Looks only where something was taken away: there is no index of counts. */
function cleanUps(
  dialect: CustodyDialect,
  { name, key }: CountTable,
  rows: readonly (readonly SqlValue[])[],
  period: readonly string[],
): readonly SqlStatement[] {
  const groups = new Map<string, { readonly equal: readonly SqlValue[]; from: number; through: number }>();
  const equalPlaces = period.slice(0, -1).map((column) => key.indexOf(column));
  const rangePlace = key.indexOf(period.at(-1) ?? '');
  for (const row of rows) {
    const equal = equalPlaces.map((place) => row[place] ?? '');
    const step = Number(row[rangePlace]);
    const group = groups.get(equal.join('\0')) ?? { equal, from: step, through: step };
    group.from = Math.min(group.from, step);
    group.through = Math.max(group.through, step);
    groups.set(equal.join('\0'), group);
  }
  const conditions = [
    ...period.slice(0, -1).map((column, place) => `${column} = ${dialect.placeholder(place + 1)}`),
    `${period.at(-1)} >= ${dialect.placeholder(period.length)}`,
    `${period.at(-1)} <= ${dialect.placeholder(period.length + 1)}`,
    'count <= 0',
  ];
  const sql = `DELETE FROM ${dialect.table(name)} WHERE ${conditions.join(' AND ')}`;
  return [...groups.values()].map(({ equal, from, through }) => ({ sql, values: [...equal, from, through] }));
}
