import type { CustodyDialect, SqlStatement } from '../../custody/custody-database.js';
import { additions, NAMES, subtractions, type CountTable } from '../statistics/count-statements.js';
import { NAME_KEY, nameRows, type NameRow } from '../statistics/name-rows.js';
import type { LogProjection, ProjectedRecord } from './log-projection.js';

const TABLE: CountTable = { name: 'audit_names', key: NAME_KEY };

/** How often each actor acted, and each resource was acted on, by day: `audit_names`. */
export class NamesProjection implements LogProjection {
  readonly name = NAMES;

  constructor(private readonly dialect: CustodyDialect) {}

  add(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return additions(this.dialect, TABLE, this.rows(records));
  }

  remove(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return subtractions(this.dialect, TABLE, this.rows(records), ['chain', 'day']);
  }

  /** Neither an actor's id nor a resource is personal. */
  erase(): readonly SqlStatement[] {
    return [];
  }

  private rows(records: readonly ProjectedRecord[]): readonly NameRow[] {
    return nameRows(records, (text) => this.dialect.columnText(text));
  }
}
