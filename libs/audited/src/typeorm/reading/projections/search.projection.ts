import { FACETS, facetsOf } from '../../../storage/reading/facets.js';
import { searchDocument } from '../../../storage/reading/search-document.js';
import type { CustodyDialect, KeyColumn, SqlStatement } from '../../custody/custody-database.js';
import type { LogProjection, ProjectedRecord } from './log-projection.js';
import { rowStatements, type RowValues } from './row-statements.js';

const FACET_KEY: readonly KeyColumn[] = [
  { name: 'facet', holds: 'number' },
  { name: 'value', holds: 'text' },
  { name: 'sequence', holds: 'number' },
];
const PERSONAL_FACETS: ReadonlySet<number> = new Set(
  FACETS.filter(({ isPersonal }) => isPersonal).map(({ facet }) => facet),
);

/** What filters and searches look up: the facets of each record, and its document. */
export class SearchProjection implements LogProjection {
  readonly name = 'search';
  readonly mayGoBefore = true;

  constructor(private readonly dialect: CustodyDialect) {}

  add(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    const { dialect } = this;
    const names = FACET_KEY.map(({ name }) => name);
    const insertFacets = `INSERT INTO ${dialect.table('audit_facets')} (${names.join(', ')}) VALUES `;
    const documents = records
      .map(({ sequence, event }): RowValues => [sequence, dialect.columnText(searchDocument(event))])
      .filter(([, document]) => document !== '');
    return [
      ...rowStatements(dialect, this.facetRows(records), (rows) =>
        dialect.upsert(insertFacets + valuesOf(rows), names, []),
      ),
      ...rowStatements(dialect, documents, (rows) => dialect.insertDocuments(valuesOf(rows))),
    ];
  }

  remove(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    const { dialect } = this;
    const sequences = records.map(({ sequence }): RowValues => [sequence]);
    const removeDocuments = `DELETE FROM ${dialect.table('audit_documents')} WHERE ${dialect.documentKey} IN `;
    return [
      ...this.facetRemovals(this.facetRows(records)),
      ...rowStatements(dialect, sequences, (rows) => `${removeDocuments}(${rows.flat().join(', ')})`),
    ];
  }

  erase(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return this.facetRemovals(this.facetRows(records).filter(([facet]) => PERSONAL_FACETS.has(Number(facet))));
  }

  private facetRemovals(rows: readonly RowValues[]): readonly SqlStatement[] {
    const { dialect } = this;
    const removal = `DELETE FROM ${dialect.table('audit_facets')} WHERE `;
    return rowStatements(dialect, rows, (places) => removal + dialect.among(FACET_KEY, places));
  }

  /** In the order of the key: neighbours are written together, and everybody locks them in the same order. */
  private facetRows(records: readonly ProjectedRecord[]): readonly RowValues[] {
    const rows = records.flatMap((record) =>
      facetsOf(record).map(([facet, value]) => [facet, this.dialect.columnText(value), record.sequence] as const),
    );
    return rows.sort((a, b) => a[0] - b[0] || inOrder(a[1], b[1]) || a[2] - b[2]);
  }
}

function inOrder(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}

function valuesOf(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `(${row.join(', ')})`).join(', ');
}
