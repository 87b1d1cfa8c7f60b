import type { Bind } from '../server/server-dialect.js';

/** By what the rows of a statement are found, so that they come in the order of their sequence numbers. */
export type RecordSource =
  | { readonly kind: 'log' }
  /** An index of `audit_records`. */
  | { readonly kind: 'column'; readonly columns: readonly IndexedColumn[]; readonly values: readonly string[] }
  | { readonly kind: 'facet'; readonly facet: number; readonly value: string }
  /** Documents that may hold all of the terms. */
  | { readonly kind: 'documents'; readonly terms: readonly string[] };

export type IndexedColumn = 'correlation_id' | 'actor_id' | 'resource_type' | 'resource_id' | 'type';

/** Sequence numbers behind `after`, up to `through`. */
export interface SequenceRange {
  readonly after: number;
  readonly through: number;
}

export type Direction = 'ASC' | 'DESC';

/** A source in SQL. In `from`, `audit_records` is `r`. */
export interface SourceSql {
  readonly from: string;
  /** Values are bound in the order in which they stand. */
  readonly conditions: readonly string[];
  /** What to order by so that the wanted index gives the order, without the direction. */
  readonly order: readonly string[];
}

/** What differs between databases in the statements that search the log. */
export interface ReadingDialect {
  /** Rows of a source within a range, written so that the planner has no choice, or none that is much worse. */
  source(source: RecordSource, range: SequenceRange, direction: Direction, bind: Bind): SourceSql;
  /** The same without the records themselves, and without an order: to count. */
  numbers(source: RecordSource, bind: Bind): Pick<SourceSql, 'from' | 'conditions'>;
  /** FROM that gives the records `r` to a list of sequence numbers `picked`, in its order. */
  fetched(picked: string): string;
  /** The types of records as an index has them in order; absent where none has. */
  readonly indexedType?: string;
  /** A column in a condition that must not tempt the planner to use another index than the one of the source. */
  condition(column: string): string;
  /** Which folded words documents can be looked up by. */
  isSearchable(term: string): boolean;
  /** Whether an index finds documents; else they are read through, which is still less than reading records. */
  readonly hasDocumentIndex: boolean;
  /** The statement was given up because it took too long. */
  isTimeout(error: unknown): boolean;
}

/** Every record. */
export const WHOLE_RANGE: SequenceRange = { after: 0, through: Number.MAX_SAFE_INTEGER };

/** A range as conditions on a column. */
export function within(column: string, { after, through }: SequenceRange, bind: Bind): readonly string[] {
  return [`${column} > ${bind(after)}`, `${column} <= ${bind(through)}`];
}

/** A folded word as a pattern for `LIKE ... ESCAPE '!'`, wherever it stands. */
export function containing(term: string): string {
  return `%${term.replaceAll(/[!%_]/g, '!$&')}%`;
}
