import type { CustodyDialect, SqlStatement } from '../../libs/audited/src/typeorm/custody/custody-database.js';
import type {
  LogProjection,
  ProjectedRecord,
} from '../../libs/audited/src/typeorm/reading/projections/log-projection.js';

/** Counts the records of each chain in `audit_counts`; one that is added or taken away twice would show. */
export class CountingProjection implements LogProjection {
  readonly name = 'statistics';

  constructor(private readonly dialect: CustodyDialect) {}

  add(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return records.flatMap((record) => this.counted(record, 1));
  }

  remove(records: readonly ProjectedRecord[]): readonly SqlStatement[] {
    return records.flatMap((record) => this.counted(record, -1));
  }

  erase(): readonly SqlStatement[] {
    return [];
  }

  private counted({ chain }: ProjectedRecord, by: number): readonly SqlStatement[] {
    const { dialect } = this;
    const table = dialect.table('audit_counts');
    const key = ['chain', 'quarter', 'facts'];
    const insert = `INSERT INTO ${table} (${key.join(', ')}, count) VALUES (${dialect.placeholder(1)}, 0, 'all', 0)`;
    return [
      { sql: dialect.upsert(insert, key, []), values: [chain] },
      {
        sql: `UPDATE ${table} SET count = count + ${dialect.placeholder(1)} WHERE chain = ${dialect.placeholder(2)}`,
        values: [by, chain],
      },
    ];
  }
}
