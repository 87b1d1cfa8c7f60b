import type { CheckedQuery } from '../../storage/audit-query.js';
import type { CustodyDialect } from '../custody/custody-database.js';
import type { RawRow } from '../server/server-database.js';
import type { Bind, SqlValue } from '../server/server-dialect.js';
import { WHOLE_RANGE, type Direction, type RecordSource, type SequenceRange } from './reading-dialect.js';
import { columnConditions } from './record-conditions.js';
import { WHOLE_LOG } from './search-plan.js';
import { searchStatement, type ReadColumns } from './search-statement.js';

/** Sequence numbers that the first statement looks at where nobody knows how many it has to look through. */
const FIRST_WINDOW = 20_000;
/** The same where an index leads to the records of a value, of which there are at least some thousand. */
const FIRST_INDEXED_WINDOW = 200_000;
const SMALLEST_WINDOW = 1000;
const GROWTH = 4;
/** A statement that took less is followed by one that looks at more. */
const FAST_MS = 60;
/** A statement that took more is followed by one that looks at less. */
const SLOW_MS = 250;

/** How a query is answered. */
export interface WalkPlan {
  /** Absent: the log is read record by record. */
  readonly sources?: readonly RecordSource[];
  /** Up to where the sources know every record. */
  readonly border: number;
  /** The database needs no windows: hardly a row that it looks at does not match, or there are few. */
  readonly isSelective: boolean;
  readonly oldest: number;
  readonly newest: number;
}

/** Which rows are wanted now. */
export interface WalkStep {
  readonly columns: ReadColumns;
  /** Only behind this sequence number, in the order of the query. */
  readonly behind: number | undefined;
  /** How many rows to read at once. */
  readonly rows: () => number;
}

interface Segment {
  readonly sources: readonly RecordSource[];
  readonly range: SequenceRange;
  readonly isSelective: boolean;
}

/** Reads the rows that the columns say to match, in the order of their sequence numbers, by statements that are short. */
export class RowWalk {
  private readonly direction: Direction;

  constructor(
    private readonly query: CheckedQuery,
    private readonly plan: WalkPlan,
    private readonly dialect: CustodyDialect,
    private readonly read: (sql: string, values: readonly SqlValue[]) => Promise<readonly RawRow[]>,
  ) {
    this.direction = query.order === 'newest' ? 'DESC' : 'ASC';
  }

  async *rows({ columns, behind, rows }: WalkStep): AsyncGenerator<readonly RawRow[], void, void> {
    // A beginning that no type has leads to no source.
    for (const segment of this.segments().filter(({ sources }) => sources.length > 0)) {
      let left: SequenceRange | undefined = this.cut(segment.range, behind);
      let size = this.isFound(segment.sources) ? FIRST_INDEXED_WINDOW : FIRST_WINDOW;
      while (left !== undefined) {
        const range = segment.isSelective ? left : this.window(left, size);
        const limit = rows();
        const startedAt = performance.now();
        const { sql, values } = searchStatement(
          { sources: segment.sources, range, direction: this.direction, limit, columns, conditions: this.conditions },
          this.dialect,
        );
        const found = await this.read(sql, values);
        size = nextSize(size, performance.now() - startedAt);
        yield found;
        const last = found.length < limit ? undefined : Number(found.at(-1)?.['sequence']);
        left = this.cut(left, last ?? this.end(range));
      }
    }
  }

  /** By an index, and not by looking at everything. */
  private isFound([source]: readonly RecordSource[]): boolean {
    return (
      source?.kind === 'column' ||
      source?.kind === 'facet' ||
      (source?.kind === 'documents' && this.dialect.reading.hasDocumentIndex)
    );
  }

  private segments(): readonly Segment[] {
    const { sources, border, isSelective } = this.plan;
    if (sources === undefined) {
      return [{ sources: WHOLE_LOG, range: this.existing(WHOLE_RANGE, isSelective), isSelective }];
    }
    const indexed = { sources, range: this.existing({ after: 0, through: border }, isSelective), isSelective };
    if (border >= WHOLE_RANGE.through) {
      return [indexed];
    }
    const range = this.existing({ after: border, through: WHOLE_RANGE.through }, false);
    const tail = { sources: WHOLE_LOG, range, isSelective: false };
    return this.query.order === 'newest' ? [tail, indexed] : [indexed, tail];
  }

  /** Windows are not opened where there is no record; what was appended since the plan was made belongs to the next read. */
  private existing({ after, through }: SequenceRange, isSelective: boolean): SequenceRange {
    const { oldest, newest } = this.plan;
    return isSelective
      ? { after, through }
      : { after: Math.max(after, oldest - 1), through: Math.min(through, newest) };
  }

  /** What is left of a range behind a number, in the order of the query. */
  private cut({ after, through }: SequenceRange, behind: number | undefined): SequenceRange | undefined {
    const left =
      behind === undefined
        ? { after, through }
        : this.direction === 'DESC'
          ? { after, through: Math.min(through, behind - 1) }
          : { after: Math.max(after, behind), through };
    return left.after < left.through ? left : undefined;
  }

  private window({ after, through }: SequenceRange, size: number): SequenceRange {
    return this.direction === 'DESC'
      ? { after: Math.max(after, through - size), through }
      : { after, through: Math.min(through, after + size) };
  }

  /** The last number of a range, in the order of the query. */
  private end({ after, through }: SequenceRange): number {
    return this.direction === 'DESC' ? after + 1 : through;
  }

  private readonly conditions = (bind: Bind): readonly string[] =>
    columnConditions(this.query, this.dialect, bind, (column) => this.dialect.reading.condition(column));
}

function nextSize(size: number, elapsedMs: number): number {
  if (elapsedMs < FAST_MS) {
    return size * GROWTH;
  }
  return elapsedMs > SLOW_MS ? Math.max(SMALLEST_WINDOW, Math.floor(size / 2)) : size;
}
