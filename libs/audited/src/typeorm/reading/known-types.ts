import type { FilterValue } from '../../storage/reading/checked-filters.js';
import { SqlConditions, type SqlValue } from '../server/server-dialect.js';
import type { RawRow } from '../server/server-database.js';
import type { CustodyDialect } from '../custody/custody-database.js';

type Read = (sql: string, values: readonly SqlValue[]) => Promise<readonly RawRow[]>;

/** Longer types may be cut in an index. */
const MOST_CHARACTERS = 255;

/**
 * The types that records have, of those that a filter means; `undefined` when they are more than `most`, or no index
 * tells. Asks an index for the next type again and again, so it costs as much as there are types, not records.
 */
export async function knownTypes(
  values: readonly FilterValue[],
  most: number,
  dialect: CustodyDialect,
  read: Read,
): Promise<readonly string[] | undefined> {
  const type = dialect.reading.indexedType;
  const types = new Set(values.flatMap((value) => ('exact' in value ? [dialect.columnText(String(value.exact))] : [])));
  const prefixes = values.flatMap((value) => ('prefix' in value ? [value.prefix] : []));
  if (type === undefined || prefixes.some((prefix) => prefix.length > MOST_CHARACTERS)) {
    return undefined;
  }
  for (const prefix of prefixes) {
    const { bind, values: bound } = new SqlConditions(dialect);
    const beginning = dialect.columnText(prefix);
    const behind = `${beginning.slice(0, -1)}/`;
    const next = (from: string): string =>
      `SELECT MIN(${type}) FROM ${dialect.table('audit_records')} WHERE ${type} ${from} AND ${type} < ${bind(behind)}`;
    const sql = `WITH RECURSIVE known (type) AS (
        ${next(`>= ${bind(beginning)}`)}
        UNION ALL SELECT (${next('> known.type')}) FROM known WHERE known.type IS NOT NULL
      ) SELECT type FROM known WHERE type IS NOT NULL LIMIT ${most + 1}`;
    for (const row of await read(sql, bound)) {
      types.add(String(row['type']));
    }
    if (types.size > most || [...types].some((known) => known.length > MOST_CHARACTERS)) {
      return undefined;
    }
  }
  return [...types];
}
