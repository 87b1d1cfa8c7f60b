import type { RawRow } from '../../server/server-database.js';
import type { SqlConditions } from '../../server/server-dialect.js';
import { recordConditions, type FactSelection } from './fact-conditions.js';
import type { CountedChain, StatisticsAccess } from './statistics-access.js';
import { timeText, type TimeRange } from './time-range.js';

/** Positions of a chain that are read at a time. */
const WINDOW_POSITIONS = 10_000;

/** How much of `occurred_at` groups are made by. */
export type MomentLength = 10 | 16 | 19;

/** Columns to group by, in SQL, each with its name in the row. */
export interface Grouping {
  readonly columns: readonly string[];
  /** Also by the beginning of the time, as `moment`: 10 characters are a day, 16 a minute, 19 a second. */
  readonly moment?: MomentLength;
}

/** Counts records themselves, where they are not counted beforehand. */
export class CountedRecords {
  constructor(
    private readonly access: StatisticsAccess,
    private readonly selection: FactSelection,
  ) {}

  /** Those that occurred within a time. Rows of the columns, and `count`, `oldest`, `newest`. */
  within({ from, to }: TimeRange, grouping: Grouping): Promise<readonly RawRow[]> {
    const conditions = recordConditions(this.access.dialect, this.selection);
    if (from !== undefined) {
      conditions.compare('occurred_at', '>=', timeText(from));
    }
    if (to !== undefined) {
      conditions.compare('occurred_at', '<', timeText(to));
    }
    return this.grouped(conditions, grouping);
  }

  /**
   * Those of a chain behind a position, of which a time range is wanted; in windows, so that the read can be given up.
   *
   * @param behind the position that was counted last
   */
  async *behind(
    { chain, head }: CountedChain,
    behind: number,
    { from, to }: TimeRange,
    grouping: Grouping,
  ): AsyncGenerator<readonly RawRow[], void, void> {
    for (let last = behind; last < head; last += WINDOW_POSITIONS) {
      const conditions = recordConditions(this.access.dialect, this.selection);
      conditions.holds(`chain = ${conditions.bind(chain)}`);
      conditions.compare('position', '>', last);
      conditions.compare('position', '<=', Math.min(head, last + WINDOW_POSITIONS));
      // Not the column itself: its index would lead through the records of all chains.
      if (from !== undefined) {
        conditions.compare("COALESCE(occurred_at, '')", '>=', timeText(from));
      }
      if (to !== undefined) {
        conditions.compare("COALESCE(occurred_at, '')", '<', timeText(to));
      }
      yield await this.grouped(conditions, grouping);
    }
  }

  /** The time of the first or the last record within a time; `undefined` when there is none. */
  async outermost({ from, to }: Required<TimeRange>, end: 'oldest' | 'newest'): Promise<string | undefined> {
    const conditions = recordConditions(this.access.dialect, this.selection);
    conditions.compare('occurred_at', '>=', timeText(from ?? 0));
    conditions.compare('occurred_at', '<', timeText(to ?? 0));
    const [row] = await this.access.query(
      `SELECT occurred_at FROM ${this.access.dialect.table('audit_records')} ${conditions.where} ` +
        `ORDER BY occurred_at ${end === 'oldest' ? 'ASC' : 'DESC'} LIMIT 1`,
      conditions.values,
    );
    return row === undefined ? undefined : String(row['occurred_at']);
  }

  private grouped({ where, values }: SqlConditions, { columns, moment }: Grouping): Promise<readonly RawRow[]> {
    const by = moment === undefined ? columns : [...columns, `SUBSTR(occurred_at, 1, ${moment})`];
    const shown = moment === undefined ? columns : [...columns, `SUBSTR(occurred_at, 1, ${moment}) AS moment`];
    const selected = [...shown, 'COUNT(*) AS count', 'MIN(occurred_at) AS oldest', 'MAX(occurred_at) AS newest'];
    return this.access.query(
      `SELECT ${selected.join(', ')} FROM ${this.access.dialect.table('audit_records')} ${where} ` +
        (by.length === 0 ? '' : `GROUP BY ${by.join(', ')}`),
      values,
    );
  }
}

/** The moment that a row says, at its beginning: in milliseconds since the epoch. */
export function momentOf(row: RawRow): number {
  const text = String(row['moment']);
  return Date.parse(`${text}${'0000-01-01T00:00:00'.slice(text.length)}.000Z`);
}
