import type { CustodyDialect } from '../custody/custody-database.js';
import { STORED_COLUMNS } from '../server/record-row.js';
import { SqlConditions, type Bind, type SqlValue } from '../server/server-dialect.js';
import type { Direction, RecordSource, SequenceRange } from './reading-dialect.js';

/** What is read of each row. */
export type ReadColumns = 'stored' | 'sequence';

/** One statement of a search. */
export interface SearchStep {
  readonly sources: readonly RecordSource[];
  readonly range: SequenceRange;
  readonly direction: Direction;
  readonly limit: number;
  readonly columns: ReadColumns;
  /** What else must hold; called once for each source. */
  readonly conditions: (bind: Bind) => readonly string[];
}

const RECORD = STORED_COLUMNS.split(', ')
  .map((column) => `r.${column}`)
  .join(', ');

/** The statement of a step: rows in the order of their sequence numbers, each once. */
export function searchStatement(
  step: SearchStep,
  dialect: CustodyDialect,
): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const { bind, values } = new SqlConditions(dialect);
  const { sources, direction, limit, columns } = step;
  const [only] = sources;
  if (only !== undefined && sources.length === 1) {
    return { sql: selected(columns === 'stored' ? RECORD : 'r.sequence', only, step, dialect, bind), values };
  }
  const lists = sources.map(
    (source) => `SELECT sequence FROM (${selected('r.sequence', source, step, dialect, bind)}) AS branch`,
  );
  // A record may be in several: UNION gives it once.
  const picked = `SELECT sequence FROM (${lists.join(' UNION ')}) AS branches ORDER BY sequence ${direction} LIMIT ${limit}`;
  return columns === 'sequence'
    ? { sql: picked, values }
    : {
        sql: `SELECT ${RECORD} FROM ${dialect.reading.fetched(picked)} ORDER BY picked.sequence ${direction}`,
        values,
      };
}

function selected(
  columns: string,
  source: RecordSource,
  { range, direction, limit, conditions }: SearchStep,
  dialect: CustodyDialect,
  bind: Bind,
): string {
  const sought = dialect.reading.source(source, range, direction, bind);
  const where = [...sought.conditions, ...conditions(bind)].join(' AND ');
  const order = sought.order.map((expression) => `${expression} ${direction}`).join(', ');
  return `SELECT ${columns} FROM ${sought.from} WHERE ${where === '' ? '1 = 1' : where} ORDER BY ${order} LIMIT ${limit}`;
}
