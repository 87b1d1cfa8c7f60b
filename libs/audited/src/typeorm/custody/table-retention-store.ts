import type { ChainId } from '../../event/audit-record.js';
import type { RemovalProgress, RetentionStore } from '../../storage/custody-store.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { CustodyDatabase, DroppablePart } from './custody-database.js';
import { firstPosition } from './first-position.js';
import { underPermit } from './permit.js';
import type { IndexUpkeep } from '../reading/projections/index-upkeep.js';

/** Positions that go in one transaction, with all that the index knows of them: those who append wait for it. */
const POSITIONS_PER_BATCH = 500;

/** What one step removed, and the position up to which everything is gone. */
interface Step {
  readonly removed: number;
  readonly through: number;
}

/** Removes the front of a chain from `audit_records`. */
export class TableRetentionStore implements RetentionStore {
  constructor(
    private readonly database: CustodyDatabase,
    private readonly upkeep: IndexUpkeep,
  ) {}

  async removePrefix(chain: ChainId, through: number, onProgress?: RemovalProgress): Promise<number> {
    const kept = new Set<string>();
    let removed = 0;
    let part = await this.nextPart(chain, through, kept);
    let first = await firstPosition(this.database, chain);
    while (first !== undefined && first <= through) {
      const dropped = part?.from === first ? await this.drop(chain, part, kept) : undefined;
      const step: Step =
        dropped ?? (await this.removeBatch(chain, first, Math.min(through, (part?.from ?? Infinity) - 1)));
      removed += step.removed;
      onProgress?.(step.through);
      // Not where everything is gone: until it is vacuumed, an index may still lead there.
      first = await firstPosition(this.database, chain, step.through + 1);
      if (part !== undefined && first !== undefined && part.from < first) {
        part = await this.nextPart(chain, through, kept);
      }
    }
    return removed;
  }

  /** The part with the lowest position that can be dropped whole. */
  private async nextPart(
    chain: ChainId,
    through: number,
    kept: ReadonlySet<string>,
  ): Promise<DroppablePart | undefined> {
    const parts = (await this.database.dropper?.parts(chain, through)) ?? [];
    return parts.find(({ name }) => !kept.has(name));
  }

  private async drop(chain: ChainId, part: DroppablePart, kept: Set<string>): Promise<Step | undefined> {
    const alongside = await this.upkeep.beforeDrop(chain, part.from, part.through);
    const removed = await this.database.dropper?.drop(chain, part, alongside);
    if (removed === undefined) {
      // Its records go one batch after another instead.
      kept.add(part.name);
      return undefined;
    }
    return { removed, through: part.through };
  }

  private async removeBatch(chain: ChainId, first: number, through: number): Promise<Step> {
    const { dialect } = this.database;
    // Whatever the border is, the first one goes, so that every step is one forward.
    const last = Math.max(first, Math.min(first + POSITIONS_PER_BATCH - 1, through));
    const conditions = new SqlConditions(dialect);
    conditions.equals('chain', chain);
    conditions.compare('position', '>=', first);
    conditions.compare('position', '<=', last);
    const removal = {
      sql: `DELETE FROM ${dialect.table('audit_records')} ${conditions.where}`,
      values: conditions.values,
    };
    const permit = { operation: 'prune', chain, through: last } as const;
    const { statements, changed } = await this.upkeep.carryOut(async () =>
      underPermit(dialect, permit, [...(await this.upkeep.ofPruned(chain, first, last)), removal]),
    );
    return { removed: changed[statements.indexOf(removal)] ?? 0, through: last };
  }
}
