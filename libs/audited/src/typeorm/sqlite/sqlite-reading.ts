import { within, type ReadingDialect, type RecordSource, type SourceSql } from '../reading/reading-dialect.js';
import type { Bind } from '../server/server-dialect.js';

/** Characters that the index of documents is made of. */
const TRIGRAM = 3;

/** How SQLite is asked for records. CROSS JOIN and the unary plus are its own words for "in this order, by this index". */
export const SQLITE_READING: ReadingDialect = {
  hasDocumentIndex: true,
  indexedType: 'type',
  source: (source, range, _direction, bind) => {
    const { from, record, conditions, sequence } = soughtBy(source, bind);
    return { from: from + record, conditions: [...conditions, ...within(sequence, range, bind)], order: [sequence] };
  },
  numbers: (source, bind) => soughtBy(source, bind),
  fetched: (picked) => `(${picked}) AS picked CROSS JOIN audit_records AS r ON r.sequence = picked.sequence`,
  condition: (column) => `+r.${column}`,
  isSearchable: (term) => Array.from(term).length >= TRIGRAM,
  // Statements in a thread of this process are not given up; the time limit of the read ends the waiting for them.
  isTimeout: () => false,
};

type Sought = Pick<SourceSql, 'from' | 'conditions'> & {
  /** Behind `from`: what gives the records, where that does not. */
  readonly record: string;
  readonly sequence: string;
};

function soughtBy(source: RecordSource, bind: Bind): Sought {
  switch (source.kind) {
    case 'log':
      return { from: 'audit_records AS r NOT INDEXED', conditions: [], record: '', sequence: 'r.sequence' };
    case 'column':
      return {
        from: 'audit_records AS r',
        conditions: source.columns.map((column, place) => `r.${column} = ${bind(source.values[place] ?? '')}`),
        record: '',
        sequence: 'r.sequence',
      };
    case 'facet':
      return {
        from: 'audit_facets AS f',
        record: ' CROSS JOIN audit_records AS r ON r.sequence = f.sequence',
        conditions: [`f.facet = ${bind(source.facet)}`, `f.value = ${bind(source.value)}`],
        sequence: 'f.sequence',
      };
    case 'documents':
      return {
        from: 'audit_documents',
        record: ' CROSS JOIN audit_records AS r ON r.sequence = audit_documents.rowid',
        conditions: [`audit_documents MATCH ${bind(source.terms.map(phrase).join(' AND '))}`],
        sequence: 'audit_documents.rowid',
      };
  }
}

function phrase(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}
