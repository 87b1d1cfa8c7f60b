import type { ChainId } from '../../../event/audit-record.js';
import type { CustodyDatabase, SqlStatement } from '../../custody/custody-database.js';
import type { LogProjection } from './log-projection.js';

/** The row of a chain that counts the transactions which took something out of its records. */
const REMOVALS = 'removals';

/** How far the projections of one chain were, at one moment. A row that is missing counts as 0. */
export interface ChainProgress {
  readonly chain: ChainId;
  /** By the names in `audit_projections`; absent where there is no row. */
  readonly rows: ReadonlyMap<string, number>;
}

/** Up to which position a projection has taken records in. */
export function positionIn({ rows }: ChainProgress, { name }: LogProjection): number {
  return rows.get(name) ?? 0;
}

/**
 * The table `audit_projections`. Whoever adds to the projections, or takes something out of the log, reads the rows of the
 * chain, then its records, and then writes under the condition that those rows are still as they were: so nothing is added
 * of a record that was pruned or erased meanwhile, nothing twice, and nothing is taken away twice.
 */
export class ProgressTable {
  constructor(private readonly database: Pick<CustodyDatabase, 'dialect' | 'read'>) {}

  async read(chain: ChainId): Promise<ChainProgress> {
    const { dialect } = this.database;
    const rows = await this.database.read(
      `SELECT projection, position FROM ${dialect.table('audit_projections')} WHERE chain = ${dialect.placeholder(1)}`,
      [chain],
    );
    return { chain, rows: new Map(rows.map(({ projection, position }) => [String(projection), Number(position)])) };
  }

  /** Holds when nothing was taken out of the chain's records since. First of all, so that all who write wait for the same row. */
  nothingRemoved(progress: ChainProgress): readonly SqlStatement[] {
    return this.moved(progress, REMOVALS, 0);
  }

  /** The same, and counts a removal. */
  removal(progress: ChainProgress): readonly SqlStatement[] {
    return this.moved(progress, REMOVALS, 1);
  }

  /** Holds when the projection is where it was, and moves it on. */
  advanced(progress: ChainProgress, projection: LogProjection, to: number): readonly SqlStatement[] {
    return this.moved(progress, projection.name, to - positionIn(progress, projection));
  }

  private moved({ chain, rows }: ChainProgress, name: string, by: number): readonly SqlStatement[] {
    const { dialect } = this.database;
    const table = dialect.table('audit_projections');
    const place = (number: number): string => dialect.placeholder(number);
    const seen = rows.get(name);
    const insert = `INSERT INTO ${table} (projection, chain, position) VALUES (${place(1)}, ${place(2)}, 0)`;
    const begin: SqlStatement = { sql: dialect.upsert(insert, ['projection', 'chain'], []), values: [name, chain] };
    const move: SqlStatement = {
      sql: `UPDATE ${table} SET position = ${place(1)}
        WHERE projection = ${place(2)} AND chain = ${place(3)} AND position = ${place(4)}`,
      values: [(seen ?? 0) + by, name, chain, seen ?? 0],
      isCondition: true,
    };
    return seen === undefined ? [begin, move] : [move];
  }
}
