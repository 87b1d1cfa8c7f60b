import type { RawRow } from '../../server/server-database.js';
import { keyConditions, type FactSelection } from './fact-conditions.js';
import { listedChains, type CountedChain, type StatisticsAccess } from './statistics-access.js';
import type { SpanRange } from './time-range.js';

/** Reads what was counted beforehand. */
export class CountedRows {
  private readonly chains: readonly string[] | undefined;

  constructor(
    private readonly access: StatisticsAccess,
    private readonly selection: FactSelection,
    chains: readonly CountedChain[],
  ) {
    this.chains = listedChains(chains);
  }

  /**
   * Sums of the rows in a range by some columns.
   *
   * @returns the columns, and `count`, `first` and `last` (steps)
   */
  sums({ span, from, to }: SpanRange, columns: readonly string[]): Promise<readonly RawRow[]> {
    if (this.chains?.length === 0) {
      return Promise.resolve([]);
    }
    const { dialect, query } = this.access;
    const conditions = keyConditions(dialect, this.selection);
    if (this.chains !== undefined) {
      conditions.holds(`chain IN (${this.chains.map(conditions.bind).join(', ')})`);
    }
    conditions.holds(`span = ${conditions.bind(span)}`);
    if (from !== undefined) {
      conditions.compare('step', '>=', from);
    }
    if (to !== undefined) {
      conditions.compare('step', '<', to);
    }
    const selected = [...columns, 'SUM(count) AS count', 'MIN(step) AS first', 'MAX(step) AS last'];
    return query(
      `SELECT ${selected.join(', ')} FROM ${dialect.table('audit_counts')} ${conditions.where} ` +
        `GROUP BY ${columns.join(', ')}`,
      conditions.values,
    );
  }
}
