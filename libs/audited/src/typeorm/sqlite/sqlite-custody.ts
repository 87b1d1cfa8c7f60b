import type { ScrubOptions } from '../../storage/custody-store.js';
import type { CustodyDatabase, NeededRights, SqlStatement, WriteDurability } from '../custody/custody-database.js';
import type { RawRow, RunQuery } from '../server/server-database.js';
import { SQLITE_DIALECT } from './sqlite-dialect.js';
import type { SqliteThread } from './sqlite-thread.js';

/** The threads of a store; asked for anew with every call, because a thread may die and be replaced. */
export interface SqliteThreads {
  reader(): Promise<SqliteThread>;
  writer(): Promise<SqliteThread>;
}

/** The statements of custody on a SQLite file: those that read go to the reading thread, the others to the writing one. */
export class SqliteCustody implements CustodyDatabase {
  readonly dialect = SQLITE_DIALECT;

  constructor(private readonly threads: SqliteThreads) {}

  readonly read: RunQuery = async (sql, values = []) => {
    const reader = await this.threads.reader();
    return reader.call<readonly RawRow[]>({ operation: 'query', statement: { sql, values } });
  };

  async write(
    statements: readonly SqlStatement[],
    _rights?: NeededRights,
    durability: WriteDurability = 'durable',
  ): Promise<readonly number[]> {
    const writer = await this.threads.writer();
    return writer.call<readonly number[]>({ operation: 'transact', statements, durability });
  }

  async scrub(options: ScrubOptions): Promise<readonly string[]> {
    const writer = await this.threads.writer();
    return writer.call<readonly string[]>({ operation: 'scrub', options });
  }
}
