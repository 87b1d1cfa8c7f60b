import {
  containing,
  WHOLE_RANGE,
  within,
  type Direction,
  type ReadingDialect,
  type RecordSource,
  type SequenceRange,
  type SourceSql,
} from '../reading/reading-dialect.js';
import type { AuditTable, Bind } from '../server/server-dialect.js';
import { codeOf } from './postgres-failure.js';

/** Characters of a column that its index holds; see the migration. */
const INDEXED_CHARACTERS = 256;
/** The server gave the statement up; or this process did, because nothing came back. */
const QUERY_CANCELED = '57014';
const SILENCE = /^no answer within/;
/** Written twice in a column; how it stands in a document is not worth knowing. */
const KEPT_OTHERWISE = '\u2400';

/**
 * How PostgreSQL is asked for records. Its planner believes its statistics, which may be old or none: asked for rare rows
 * in the order of the primary key, it may walk through the whole log. So rows of a value are asked for as the part of an
 * index between two places, ordered as the index is, which no other index can give; and OFFSET 0 keeps a list of numbers
 * from being taken apart.
 */
export class PostgresReading implements ReadingDialect {
  readonly hasDocumentIndex = false;
  readonly indexedType = `left(type, ${INDEXED_CHARACTERS})`;

  constructor(private readonly table: (name: AuditTable) => string) {}

  source(source: RecordSource, range: SequenceRange, direction: Direction, bind: Bind): SourceSql {
    switch (source.kind) {
      case 'log':
        return {
          from: `${this.table('audit_records')} AS r`,
          conditions: this.within('r.sequence', range, bind),
          order: ['r.sequence'],
        };
      case 'column':
        return this.byColumns(source, range, bind);
      case 'facet':
      case 'documents': {
        const { from, conditions } = this.numbers(source, bind);
        const where = [...conditions, ...this.within('sequence', range, bind)].join(' AND ');
        const picked = `SELECT sequence FROM ${from} WHERE ${where} ORDER BY sequence ${direction} OFFSET 0`;
        return { from: this.fetched(picked), conditions: [], order: ['picked.sequence'] };
      }
    }
  }

  numbers(source: RecordSource, bind: Bind): Pick<SourceSql, 'from' | 'conditions'> {
    switch (source.kind) {
      case 'log':
      case 'column':
        return this.source(source, WHOLE_RANGE, 'DESC', bind);
      case 'facet':
        return {
          from: this.table('audit_facets'),
          conditions: [`facet = ${bind(source.facet)}::smallint`, `value = ${bind(source.value)}::text`],
        };
      case 'documents':
        return {
          from: this.table('audit_documents'),
          conditions: source.terms.map((term) => `document LIKE ${bind(containing(term))}::text ESCAPE '!'`),
        };
    }
  }

  fetched(picked: string): string {
    const record = `SELECT * FROM ${this.table('audit_records')} AS stored WHERE stored.sequence = picked.sequence OFFSET 0`;
    return `(${picked}) AS picked CROSS JOIN LATERAL (${record}) AS r`;
  }

  condition(column: string): string {
    return column;
  }

  isSearchable(term: string): boolean {
    return !term.includes(KEPT_OTHERWISE);
  }

  isTimeout(error: unknown): boolean {
    return codeOf(error) === QUERY_CANCELED || (error instanceof Error && SILENCE.test(error.message));
  }

  private byColumns(
    { columns, values }: Extract<RecordSource, { kind: 'column' }>,
    { after, through }: SequenceRange,
    bind: Bind,
  ): SourceSql {
    const indexed = columns.map((column) => `left(r.${column}, ${INDEXED_CHARACTERS})`);
    const place = (sequence: number): string => {
      const beginnings = values.map((value) => `left(${bind(value)}::text, ${INDEXED_CHARACTERS})`);
      return `(${[...beginnings, `${bind(sequence)}::bigint`].join(', ')})`;
    };
    const key = `(${[...indexed, 'r.sequence'].join(', ')})`;
    return {
      from: `${this.table('audit_records')} AS r`,
      conditions: [
        `${key} > ${place(after)}`,
        `${key} <= ${place(through)}`,
        // Says to the planner that a partial index is meant.
        ...columns.map((column) => `r.${column} IS NOT NULL`),
        ...columns.flatMap((column, index) => this.whole(column, values[index] ?? '', bind)),
      ],
      order: [...indexed, 'r.sequence'],
    };
  }

  /** Whose beginning is a shorter text is that text. */
  private whole(column: string, value: string, bind: Bind): readonly string[] {
    return value.length < INDEXED_CHARACTERS ? [] : [`r.${column} = ${bind(value)}::text`];
  }

  private within(column: string, range: SequenceRange, bind: Bind): readonly string[] {
    return within(column, range, (value) => `${bind(value)}::bigint`);
  }
}
