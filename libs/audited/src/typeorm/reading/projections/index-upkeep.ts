import { StoreUnavailableError } from '../../../event/audit.error.js';
import type { ChainId } from '../../../event/audit-record.js';
import { wasCarriedOut, type CustodyDatabase, type SqlStatement } from '../../custody/custody-database.js';
import { positionIn, ProgressTable, type ChainProgress } from './chain-progress.js';
import { statementsOf, type LogProjection, type ProjectedRecord, type ProjectionChange } from './log-projection.js';
import { ProjectedRecords } from './projected-records.js';

/** Positions that are taken out in one transaction. */
const POSITIONS_PER_STEP = 500;
/** Each one that fails is one in which another process got on. */
const ATTEMPTS = 50;

/** Takes out of the projections what is pruned or erased, in the transaction that does it. */
export class IndexUpkeep {
  private readonly progress: ProgressTable;
  private readonly records: ProjectedRecords;

  constructor(
    private readonly database: CustodyDatabase,
    private readonly projections: readonly LogProjection[],
  ) {
    this.progress = new ProgressTable(database);
    this.records = new ProjectedRecords(database);
  }

  /** What goes with the removal of the records between two positions, which are few enough for one transaction. */
  async ofPruned(chain: ChainId, from: number, through: number): Promise<readonly SqlStatement[]> {
    const progress = await this.progress.read(chain);
    const { records } = await this.records.between(chain, from, Math.min(through, this.farthest(progress)));
    return [...this.conditions(progress, through), ...this.changes(progress, 'remove', records)];
  }

  /** What goes with the erasure of persons at the positions. */
  async ofErased(chain: ChainId, positions: readonly number[]): Promise<readonly SqlStatement[]> {
    const progress = await this.progress.read(chain);
    const farthest = this.farthest(progress);
    const records = await this.records.at(
      chain,
      positions.filter((position) => position <= farthest),
    );
    const through = positions.reduce((most, position) => Math.max(most, position), 0);
    return [...this.conditions(progress, through), ...this.changes(progress, 'erase', records)];
  }

  /**
   * Takes out what may go before a large part of a chain is dropped, in many transactions.
   *
   * @returns the statements that go with the drop itself: asked for anew with every attempt
   */
  async beforeDrop(chain: ChainId, from: number, through: number): Promise<() => Promise<readonly SqlStatement[]>> {
    const early = this.projections.filter(({ mayGoBefore }) => mayGoBefore === true);
    let gone = from - 1;
    for (let progress = await this.progress.read(chain); ; progress = await this.progress.read(chain)) {
      const end = Math.min(through, this.farthest(progress, early));
      if (gone >= end) {
        return () => this.ofDropped(chain, from, through, gone);
      }
      const last = Math.min(end, gone + POSITIONS_PER_STEP);
      const { records } = await this.records.between(chain, gone + 1, last);
      const removals = this.changes(progress, 'remove', records, early);
      if (removals.length > 0) {
        await this.database.write(removals);
      }
      gone = last;
    }
  }

  /**
   * Runs statements in one transaction; makes them anew and tries again where a condition was not met.
   *
   * @returns what each changed
   */
  async carryOut(
    make: () => Promise<readonly SqlStatement[]>,
  ): Promise<{ readonly statements: readonly SqlStatement[]; readonly changed: readonly number[] }> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const statements = await make();
      const changed = await this.database.write(statements);
      if (wasCarriedOut(statements, changed)) {
        return { statements, changed };
      }
    }
    throw new StoreUnavailableError(`others were faster than this process ${ATTEMPTS} times. Try again`);
  }

  /** @param gone up to here those that may go before are gone */
  private async ofDropped(
    chain: ChainId,
    from: number,
    through: number,
    gone: number,
  ): Promise<readonly SqlStatement[]> {
    const progress = await this.progress.read(chain);
    const end = Math.min(through, this.farthest(progress));
    const statements: SqlStatement[] = [...this.conditions(progress, through)];
    for (let first = from; first <= end; first += POSITIONS_PER_STEP) {
      const last = Math.min(end, first + POSITIONS_PER_STEP - 1);
      const wanted = this.projections.filter(({ mayGoBefore }) => mayGoBefore !== true || last > gone);
      const { records } = wanted.length === 0 ? { records: [] } : await this.records.between(chain, first, last);
      statements.push(...this.changes(progress, 'remove', records, wanted));
    }
    return statements;
  }

  /**
   * Nobody else took out anything since, and no projection that has not come so far yet has come any further: what it takes in
   * meanwhile would stay.
   */
  private conditions(progress: ChainProgress, through: number): readonly SqlStatement[] {
    const behind = this.projections.filter((projection) => positionIn(progress, projection) < through);
    return [
      ...this.progress.removal(progress),
      ...behind.flatMap((projection) => this.progress.advanced(progress, projection, positionIn(progress, projection))),
    ];
  }

  private changes(
    progress: ChainProgress,
    change: ProjectionChange,
    records: readonly ProjectedRecord[],
    projections = this.projections,
  ): readonly SqlStatement[] {
    return projections.flatMap((projection) => {
      const end = positionIn(progress, projection);
      const contributing = records.filter(({ position }) => position <= end);
      return statementsOf(projection, change, contributing);
    });
  }

  private farthest(progress: ChainProgress, projections = this.projections): number {
    return projections.reduce((most, projection) => Math.max(most, positionIn(progress, projection)), 0);
  }
}
