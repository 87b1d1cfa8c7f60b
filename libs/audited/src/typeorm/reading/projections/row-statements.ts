import type { CustodyDialect, SqlStatement } from '../../custody/custody-database.js';
import type { SqlValue } from '../../server/server-dialect.js';

/** Values of one row, column by column. */
export type RowValues = readonly SqlValue[];

/** Rows of one statement: far below the values that any database takes, and no packet is too large for any server. */
const ROWS_PER_STATEMENT = 500;
const CHARACTERS_PER_STATEMENT = 500_000;

/**
 * Statements that together are about all the rows, some hundred each.
 *
 * @param write gives the SQL for so many rows, whose values stand as placeholders
 */
export function rowStatements(
  dialect: CustodyDialect,
  rows: readonly RowValues[],
  write: (places: readonly (readonly string[])[]) => string,
): readonly SqlStatement[] {
  return partsOf(rows).map((part) => {
    const values: SqlValue[] = [];
    const places = part.map((row) =>
      row.map((value) => {
        values.push(value);
        return dialect.placeholder(values.length);
      }),
    );
    return { sql: write(places), values };
  });
}

function partsOf(rows: readonly RowValues[]): readonly (readonly RowValues[])[] {
  const parts: RowValues[][] = [];
  let characters = Infinity;
  for (const row of rows) {
    const last = parts.at(-1);
    const size = row.reduce<number>((sum, value) => sum + String(value).length, 0);
    if (last === undefined || last.length === ROWS_PER_STATEMENT || characters + size > CHARACTERS_PER_STATEMENT) {
      parts.push([row]);
      characters = size;
    } else {
      last.push(row);
      characters += size;
    }
  }
  return parts;
}
