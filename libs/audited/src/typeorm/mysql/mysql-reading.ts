import {
  containing,
  within,
  type IndexedColumn,
  type ReadingDialect,
  type RecordSource,
  type SourceSql,
} from '../reading/reading-dialect.js';
import type { Bind } from '../server/server-dialect.js';
import { errorNumber } from './mysql-errors.js';
import { StatementTimeoutError } from './mysql-session.js';

/** The server gave a statement up: MariaDB, MySQL. */
const TIMEOUTS: ReadonlySet<number> = new Set([1969, 3024]);

const INDEXES: Readonly<Record<IndexedColumn, string>> = {
  correlation_id: 'audit_records_correlation',
  actor_id: 'audit_records_actor',
  resource_type: 'audit_records_resource',
  resource_id: 'audit_records_resource',
  type: 'audit_records_type',
};

/** How MySQL and MariaDB are asked for records. */
export const MYSQL_READING: ReadingDialect = {
  hasDocumentIndex: false,
  source: (source, range, _direction, bind) => {
    const { from, record, conditions, sequence } = soughtBy(source, bind);
    return { from: from + record, conditions: [...conditions, ...within(sequence, range, bind)], order: [sequence] };
  },
  numbers: (source, bind) => soughtBy(source, bind),
  fetched: (picked) => `(${picked}) AS picked STRAIGHT_JOIN audit_records AS r ON r.sequence = picked.sequence`,
  condition: (column) => `r.${column}`,
  isSearchable: () => true,
  isTimeout: (error) => error instanceof StatementTimeoutError || TIMEOUTS.has(errorNumber(error) ?? 0),
};

type Sought = Pick<SourceSql, 'from' | 'conditions'> & {
  /** Behind `from`: what gives the records, where that does not. */
  readonly record: string;
  readonly sequence: string;
};

function soughtBy(source: RecordSource, bind: Bind): Sought {
  switch (source.kind) {
    case 'log':
      return { from: 'audit_records AS r FORCE INDEX (PRIMARY)', conditions: [], record: '', sequence: 'r.sequence' };
    case 'column':
      return {
        from: `audit_records AS r FORCE INDEX (${INDEXES[source.columns[0] ?? 'type']})`,
        conditions: source.columns.map((column, place) => `r.${column} = ${bind(source.values[place] ?? '')}`),
        record: '',
        sequence: 'r.sequence',
      };
    case 'facet':
      return {
        from: 'audit_facets AS f',
        record: ' STRAIGHT_JOIN audit_records AS r ON r.sequence = f.sequence',
        conditions: [`f.facet = ${bind(source.facet)}`, `f.value = ${bind(source.value)}`],
        sequence: 'f.sequence',
      };
    case 'documents':
      return {
        from: 'audit_documents AS d',
        record: ' STRAIGHT_JOIN audit_records AS r ON r.sequence = d.sequence',
        conditions: source.terms.map((term) => `d.document LIKE ${bind(containing(term))} ESCAPE '!'`),
        sequence: 'd.sequence',
      };
  }
}
