import type { ChainId } from '../../event/audit-record.js';
import type { ErasureSelection, ErasureStore, PersonalMatch, ScrubOptions } from '../../storage/custody-store.js';
import type { CustodyDatabase, SqlStatement } from './custody-database.js';
import { ERASED_COLUMNS } from './guarded-columns.js';
import { underPermit } from './permit.js';
import { PersonalSearch } from './personal-search.js';
import type { IndexUpkeep } from '../reading/projections/index-upkeep.js';

/** Positions that one statement names. */
const POSITIONS_PER_STATEMENT = 500;

/** Finds and removes personal parts in `audit_records`. */
export class TableErasureStore implements ErasureStore {
  private readonly search: PersonalSearch;

  constructor(
    private readonly database: CustodyDatabase,
    private readonly upkeep: IndexUpkeep,
  ) {
    this.search = new PersonalSearch(database);
  }

  match(selection: ErasureSelection, limit: number, after?: PersonalMatch): Promise<readonly PersonalMatch[]> {
    return this.search.match(selection, limit, after);
  }

  async erase(chain: ChainId, positions: readonly number[]): Promise<number> {
    if (positions.length === 0) {
      return 0;
    }
    const through = positions.reduce((most, position) => Math.max(most, position), 0);
    const updates: SqlStatement[] = [];
    for (let start = 0; start < positions.length; start += POSITIONS_PER_STATEMENT) {
      updates.push(this.update(chain, positions.slice(start, start + POSITIONS_PER_STATEMENT)));
    }
    const { dialect } = this.database;
    const permit = { operation: 'erase', chain, through } as const;
    const { statements, changed } = await this.upkeep.carryOut(async () =>
      underPermit(dialect, permit, [...(await this.upkeep.ofErased(chain, positions)), ...updates]),
    );
    await this.database.noteErased?.(chain, positions);
    return updates.reduce((sum, update) => sum + (changed[statements.indexOf(update)] ?? 0), 0);
  }

  scrub(options: ScrubOptions = {}): Promise<readonly string[]> {
    return this.database.scrub(options);
  }

  private update(chain: ChainId, positions: readonly number[]): SqlStatement {
    const { dialect } = this.database;
    const places = positions.map((_, index) => dialect.placeholder(index + 2));
    return {
      sql: `UPDATE ${dialect.table('audit_records')} SET ${ERASED_COLUMNS.map((column) => `${column} = NULL`).join(', ')}
        WHERE chain = ${dialect.placeholder(1)} AND position IN (${places.join(', ')})
          AND (${ERASED_COLUMNS.map((column) => `${column} IS NOT NULL`).join(' OR ')})`,
      values: [chain, ...positions],
    };
  }
}
