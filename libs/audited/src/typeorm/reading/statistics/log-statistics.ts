import type { AuditStatistics } from '../../../storage/reading/audit-statistics.js';
import type { CheckedStatistics } from '../../../storage/reading/statistics-query.js';
import type { RawRow } from '../../server/server-database.js';
import { DAY, MINUTE_MS, QUARTER, type Span } from './count-rows.js';
import { CountedRecords, momentOf, type Grouping } from './counted-records.js';
import { CountedRows } from './counted-rows.js';
import { isByTenantAlone, type FactSelection } from './fact-conditions.js';
import { FactCounts, SHOWN_COLUMNS } from './fact-counts.js';
import { LogHistogram } from './log-histogram.js';
import { LogNames } from './log-names.js';
import { countedChains, numberOf, type CountedChain, type StatisticsAccess } from './statistics-access.js';
import { cut, spanRanges, timeOfStep, type CutRange, type TimeRange } from './time-range.js';

const DAY_MS = DAY * MINUTE_MS;

/** What is asked, and what whoever asks may see. */
export interface StatisticsRequest {
  readonly query: CheckedStatistics;
  /** Absent: of all tenants, and of none. */
  readonly tenants?: readonly string[];
}

/** The log in numbers, at the moment that `access` shows. */
export async function readStatistics(
  access: StatisticsAccess,
  { query, tenants }: StatisticsRequest,
): Promise<AuditStatistics> {
  const selection: FactSelection = { filters: query.filters, ...(tenants === undefined ? {} : { tenants }) };
  const chains = tenants?.length === 0 ? [] : await countedChains(access);
  return new LogStatistics(access, query, selection, chains).read();
}

interface OuterSteps {
  readonly span: Span;
  first: number;
  last: number;
}

class LogStatistics {
  private readonly range: TimeRange;
  private readonly cutRange: CutRange;
  private readonly rows: CountedRows;
  private readonly records: CountedRecords;
  private readonly counts: FactCounts;
  private readonly behind: RawRow[] = [];
  private readonly atEdges: RawRow[] = [];
  private readonly outerSteps: OuterSteps[] = [];

  constructor(
    private readonly access: StatisticsAccess,
    private readonly query: CheckedStatistics,
    private readonly selection: FactSelection,
    private readonly chains: readonly CountedChain[],
  ) {
    this.range = { from: query.from, to: query.to };
    this.cutRange = cut(this.range, QUARTER);
    this.rows = new CountedRows(access, selection, chains);
    this.records = new CountedRecords(access, selection);
    this.counts = new FactCounts(access.dialect);
  }

  async read(): Promise<AuditStatistics> {
    if (this.chains.length > 0) {
      await this.readRows();
      await this.readRecords();
    }
    const oldest = await this.outermost('oldest');
    const newest = await this.outermost('newest');
    const { access, selection, chains, records, range } = this;
    const names = new LogNames({ access, selection, chains, records, range }, this.query.top);
    if (this.query.top > 0 && this.counts.total > 0) {
      await names.read(() => this.days());
    }
    const histogram = await this.histogram(oldest, newest);
    return {
      ...this.counts.result(),
      ...(oldest === undefined ? {} : { oldest }),
      ...(newest === undefined ? {} : { newest }),
      topActors: names.actors,
      topResources: names.resources,
      ...(histogram === undefined ? {} : { histogram }),
      ...(this.selection.tenants === undefined ? { storageBytes: await this.access.storageBytes() } : {}),
    };
  }

  private async readRows(): Promise<void> {
    for (const range of this.cutRange.whole === undefined ? [] : spanRanges(this.cutRange.whole, DAY)) {
      for (const row of await this.rows.sums(range, SHOWN_COLUMNS)) {
        this.counts.addKeys(row);
        this.outerSteps.push({ span: range.span, first: numberOf(row, 'first'), last: numberOf(row, 'last') });
      }
    }
  }

  private async readRecords(): Promise<void> {
    const grouping: Grouping = {
      columns: SHOWN_COLUMNS,
      moment: this.query.histogram === undefined ? 10 : 16,
    };
    for (const chain of this.cutRange.whole === undefined ? [] : this.chains) {
      for await (const rows of this.records.behind(chain, chain.counted, this.cutRange.whole ?? {}, grouping)) {
        this.addRecords(rows, this.behind);
      }
    }
    for (const edge of this.cutRange.edges) {
      this.addRecords(await this.records.within(edge, { ...grouping, moment: 19 }), this.atEdges);
    }
  }

  private addRecords(rows: readonly RawRow[], kept: RawRow[]): void {
    for (const row of rows) {
      this.counts.addTexts(row);
      kept.push(row);
    }
  }

  /** From the rows only the quarter hour is known: the record itself says when it occurred. */
  private async outermost(end: 'oldest' | 'newest'): Promise<string | undefined> {
    const times = [...this.behind, ...this.atEdges].map((row) => String(row[end]));
    const quarter = await this.outermostQuarter(end);
    const counted = quarter === undefined ? undefined : await this.records.outermost(timeOfStep(QUARTER, quarter), end);
    const sorted = [...times, ...(counted === undefined ? [] : [counted])].toSorted();
    return end === 'oldest' ? sorted[0] : sorted.at(-1);
  }

  private async outermostQuarter(end: 'oldest' | 'newest'): Promise<number | undefined> {
    const isOldest = end === 'oldest';
    const side = isOldest ? 'first' : 'last';
    const sides = this.outerSteps.map((steps) => ({ span: steps.span, step: steps[side] }));
    const [outermost] = sides.toSorted((a, b) => (isOldest ? 1 : -1) * (a.step * a.span - b.step * b.span));
    if (outermost === undefined || outermost.span === QUARTER) {
      return outermost?.step;
    }
    const [day] = await this.rows.sums(
      { span: QUARTER, from: (outermost.step * DAY) / QUARTER, to: ((outermost.step + 1) * DAY) / QUARTER },
      ['span'],
    );
    return day === undefined ? undefined : numberOf(day, side);
  }

  /** Numbers of the days that have a record, in their order. */
  private async days(): Promise<readonly number[]> {
    const { from, to } = this.range;
    const stepRange = {
      span: DAY,
      from: from === undefined ? undefined : Math.floor(from / DAY_MS),
      to: to === undefined ? undefined : Math.ceil(to / DAY_MS),
    } as const;
    const counted = (await this.rows.sums(stepRange, ['step'])).map((row) => numberOf(row, 'step'));
    const others = [...this.behind, ...this.atEdges].map((row) => Math.floor(momentOf(row) / DAY_MS));
    return [...new Set([...counted, ...others])].toSorted((a, b) => a - b);
  }

  private async histogram(
    oldest: string | undefined,
    newest: string | undefined,
  ): Promise<AuditStatistics['histogram'] | undefined> {
    const { histogram: interval, timeZone } = this.query;
    if (interval === undefined) {
      return undefined;
    }
    const from = this.query.from ?? (oldest === undefined ? undefined : Date.parse(oldest));
    const to = this.query.to ?? (newest === undefined ? undefined : Date.parse(newest) + 1);
    if (from === undefined || to === undefined) {
      return [];
    }
    const { rows, records } = this;
    const parts = { interval, timeZone, rows, records, isByTenantAlone: isByTenantAlone(this.selection) };
    const histogram = new LogHistogram(parts, { from, to }, this.range);
    this.behind.forEach((row) => histogram.addBehind(row));
    this.atEdges.forEach((row) => histogram.addEdge(row));
    return histogram.result();
  }
}
