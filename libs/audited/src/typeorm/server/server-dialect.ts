/** A value that goes to the server beside the SQL, never within it. */
export type SqlValue = string | number;

/** Hands a value to the statement that is being written, and gives the placeholder that stands for it. */
export type Bind = (value: SqlValue) => string;

/** The tables of the log. */
export const AUDIT_TABLES = [
  'audit_records',
  'audit_heads',
  'audit_tiles',
  'audit_checkpoints',
  'audit_permits',
  'audit_destinations',
  'audit_delivery_cursors',
  'audit_dead_letters',
  'audit_projections',
  'audit_facets',
  'audit_documents',
  'audit_counts',
  'audit_names',
  'audit_secrets',
] as const;

export type AuditTable = (typeof AUDIT_TABLES)[number];

/** What differs between database servers in the statements that read the log. */
export interface ServerDialect {
  /** The placeholder of the value at `place`; the first is 1. */
  placeholder(place: number): string;
  /** Name of a table of the log as SQL wants it: quoted, with its schema. */
  table(name: AuditTable): string;
  /** True exactly for the rows whose column holds this very text, byte for byte; written so that an index helps. */
  equals(column: string, value: string, bind: Bind): string;
  /**
   * The text as a search column holds it. Where a server can not keep every text, two different texts must give two
   * different results: filters and the verifier compare with what this gives.
   */
  columnText(text: string): string;
}

/** A statement that is being written: conditions, and the values they need. */
export class SqlConditions {
  readonly values: SqlValue[] = [];
  private readonly conditions: string[] = [];

  constructor(private readonly dialect: ServerDialect) {}

  readonly bind: Bind = (value) => {
    this.values.push(value);
    return this.dialect.placeholder(this.values.length);
  };

  equals(column: string, value: string): void {
    this.conditions.push(this.dialect.equals(column, this.dialect.columnText(value), this.bind));
  }

  compare(column: string, operator: '<' | '<=' | '>' | '>=', value: SqlValue): void {
    this.conditions.push(`${column} ${operator} ${this.bind(value)}`);
  }

  /** A condition in SQL, whose values went through `bind`. */
  holds(condition: string): void {
    this.conditions.push(condition);
  }

  /** `WHERE ...`, or nothing when everything matches. */
  get where(): string {
    return this.conditions.length === 0 ? '' : `WHERE ${this.conditions.join(' AND ')}`;
  }
}
