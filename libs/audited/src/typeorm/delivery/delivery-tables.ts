import type { CustodyDatabase, NeededRights, SqlStatement } from '../custody/custody-database.js';
import type { RawRow } from '../server/server-database.js';
import type { AuditTable, SqlValue } from '../server/server-dialect.js';

/** What an account needs whose application has destinations. */
const DELIVERING: NeededRights = {
  work: 'deliver',
  grants: [
    ['SELECT, INSERT, UPDATE', 'audit_destinations'],
    ['SELECT, INSERT, UPDATE, DELETE', 'audit_delivery_cursors'],
    ['SELECT, INSERT, UPDATE, DELETE', 'audit_dead_letters'],
  ],
};

/** What is enough for whoever only looks. */
const READING: NeededRights = {
  work: 'read what delivery keeps',
  grants: DELIVERING.grants.map(([, table]) => ['SELECT', table]),
};

/** Values of a row that are not the same in every row of an INSERT. */
export type RowValues = readonly SqlValue[];

/** The tables of delivery in one database: it says which rights are missing, and how to grant them. */
export class DeliveryTables {
  readonly dialect;

  constructor(private readonly database: CustodyDatabase) {
    this.dialect = database.dialect;
  }

  read(sql: string, values?: readonly SqlValue[]): Promise<readonly RawRow[]> {
    return this.database.read(sql, values, READING);
  }

  write(statements: readonly SqlStatement[]): Promise<readonly number[]> {
    return this.database.write(statements, DELIVERING);
  }

  /** A text as its column holds it. */
  column(text: string): string {
    return this.dialect.columnText(text);
  }

  /** The text that a column holds. */
  text(column: string | number | null | undefined): string {
    return this.dialect.textOf(String(column ?? ''));
  }

  /**
   * The beginning of an INSERT of some rows.
   *
   * @param constant columns with an expression that is the same in every row
   */
  insert(
    table: AuditTable,
    columns: readonly string[],
    rows: readonly RowValues[],
    constant: Readonly<Record<string, string>> = {},
  ): SqlStatement {
    const expressions = Object.values(constant);
    const places = rows.map((row, index) => {
      const own = row.map((_, place) => this.dialect.placeholder(index * row.length + place + 1));
      return `(${[...own, ...expressions].join(', ')})`;
    });
    const names = [...columns, ...Object.keys(constant)].join(', ');
    return {
      sql: `INSERT INTO ${this.dialect.table(table)} (${names}) VALUES ${places.join(', ')}`,
      values: rows.flat(),
    };
  }
}

/** Pieces of at most so many, so that a statement stays below the limits of every database. */
export function pieces<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / most);
  return Array.from({ length: count }, (_, index) => items.slice(index * most, (index + 1) * most));
}
