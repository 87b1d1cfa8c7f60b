import type { ChainHead, ChainId } from '../../../event/audit-record.js';
import type { IndexLag, IndexStep, LogIndex } from '../../../storage/reading/log-index.js';
import { wasCarriedOut, type CustodyDatabase } from '../../custody/custody-database.js';
import { firstPosition } from '../../custody/first-position.js';
import { SqlConditions } from '../../server/server-dialect.js';
import { positionIn, ProgressTable } from './chain-progress.js';
import { INDEXING } from './index-tables.js';
import { statementsOf, type LogProjection, type ProjectedRecord } from './log-projection.js';
import { logProjections } from './log-projections.js';
import { ProjectedRecords } from './projected-records.js';

/** Records of one transaction, however many are asked for: those who append wait for it. */
const MOST_PER_TRANSACTION = 1000;
/** About so much text is in one transaction, whatever the size of a record. */
const CHARACTERS_PER_TRANSACTION = 1_000_000;
const FIRST_RECORDS = 100;
/** How many chains one step looks at. */
const CHAINS_PER_STEP = 100;

type Head = Pick<ChainHead, 'chain' | 'position'>;

interface NextRecords {
  readonly records: readonly ProjectedRecord[];
  readonly through: number;
}

/** The projections of a log, brought forward chain by chain. */
export class DatabaseIndex implements LogIndex {
  private readonly progress: ProgressTable;
  private readonly records: ProjectedRecords;
  /** How many records the next transaction takes in at most. */
  private fitting = FIRST_RECORDS;
  /** Counts the steps, so that every chain is the first one some time. */
  private steps = 0;

  constructor(
    private readonly database: CustodyDatabase,
    private readonly projections: readonly LogProjection[] = logProjections(database.dialect),
  ) {
    this.progress = new ProgressTable(database);
    this.records = new ProjectedRecords(database);
  }

  async advance(limit: number): Promise<IndexStep> {
    const heads = await this.headsAhead(CHAINS_PER_STEP);
    const first = this.steps++ % Math.max(1, heads.length);
    let records = 0;
    for (const head of [...heads.slice(first), ...heads.slice(0, first)]) {
      if (records < limit) {
        records += await this.takeIn(head, Math.min(limit - records, MOST_PER_TRANSACTION));
      }
    }
    return { records, isCaughtUp: heads.length === 0 };
  }

  async lag(): Promise<readonly IndexLag[]> {
    const behind = new Map(this.projections.map(({ name }) => [name, 0]));
    for (const { chain, position } of await this.headsAhead()) {
      const progress = await this.progress.read(chain);
      for (const projection of this.projections) {
        const from = positionIn(progress, projection) + 1;
        // What was pruned before it was taken in is not missing.
        const first = from > position ? undefined : await firstPosition(this.database, chain, from);
        const missing = first === undefined ? 0 : Math.max(0, position - first + 1);
        behind.set(projection.name, (behind.get(projection.name) ?? 0) + missing);
      }
    }
    return [...behind].map(([index, records]) => ({ index, records }));
  }

  /** Chains that a projection is behind of. */
  private async headsAhead(limit?: number): Promise<readonly Head[]> {
    const { dialect } = this.database;
    const conditions = new SqlConditions(dialect);
    const names = this.projections.map(({ name }) => conditions.bind(name));
    if (names.length === 0) {
      return [];
    }
    const rows = await this.database.read(
      `SELECT head.chain AS chain, head.position AS position FROM ${dialect.table('audit_heads')} head
       WHERE head.position > 0 AND (SELECT COUNT(*) FROM ${dialect.table('audit_projections')} kept
         WHERE kept.projection IN (${names.join(', ')}) AND kept.chain = head.chain
           AND kept.position >= head.position) < ${names.length}
       ORDER BY head.chain${limit === undefined ? '' : ` LIMIT ${limit}`}`,
      conditions.values,
      INDEXING,
    );
    return rows.map(({ chain, position }) => ({ chain: String(chain), position: Number(position) }));
  }

  /**
   * The next records of a chain, for the projections that are furthest behind.
   *
   * @returns how many were taken in; none when another process was at it
   */
  private async takeIn({ chain, position: end }: Head, limit: number): Promise<number> {
    const progress = await this.progress.read(chain);
    const positions = this.projections.map((projection) => positionIn(progress, projection));
    const from = Math.min(...positions);
    const last = Math.min(end, ...positions.filter((position) => position > from));
    if (from >= last) {
      return 0;
    }
    const projections = this.projections.filter((_, index) => positions[index] === from);
    const { records, through } = await this.nextRecords(chain, from + 1, last, limit);
    const statements = [
      ...this.progress.nothingRemoved(progress),
      ...projections.flatMap((projection) => this.progress.advanced(progress, projection, through)),
      ...projections.flatMap((projection) => statementsOf(projection, 'add', records)),
    ];
    const changed = await this.database.write(statements, INDEXING, 'soon');
    return wasCarriedOut(statements, changed) ? records.length : 0;
  }

  /** Records from a position on, and the last position that was looked at; where positions are gone, those behind them. */
  private async nextRecords(chain: ChainId, from: number, last: number, limit: number): Promise<NextRecords> {
    const count = Math.min(limit, this.fitting);
    const through = Math.min(last, from + count - 1);
    const page = await this.records.between(chain, from, through);
    if (page.rows > 0) {
      const mean = (page.characters + 1) / page.rows;
      const most = Math.min(CHARACTERS_PER_TRANSACTION / mean, this.fitting * 2, MOST_PER_TRANSACTION);
      this.fitting = Math.max(1, Math.floor(most));
      return { records: page.records, through };
    }
    const next = await firstPosition(this.database, chain, through + 1);
    return next === undefined || next > last
      ? { records: [], through: last }
      : this.nextRecords(chain, next, last, limit);
  }
}
