import { retriedTransaction } from '../../custody/retried-transaction.js';
import { DatabaseUnusableError } from '../../../event/audit.error.js';
import type { ScrubOptions } from '../../../storage/custody-store.js';
import type { CustodyDatabase, NeededRights, SqlStatement } from '../../custody/custody-database.js';
import { REMOVING_FROM_INDEX } from '../../reading/projections/index-tables.js';
import type { RawRow, RunQuery } from '../../server/server-database.js';
import type { SqlValue } from '../../server/server-dialect.js';
import { MYSQL_DIALECT } from '../mysql-dialect.js';
import { gaveWay, isConflict, isRightMissing, reasonOf } from '../mysql-errors.js';
import { quoted } from '../mysql-opening-failure.js';
import type { MysqlSession } from '../mysql-session.js';
import { scrubTable, SCRUB_LIMIT_MS } from './table-scrub.js';

const ERASING: NeededRights = {
  work: 'erase or prune',
  grants: [['SELECT, INSERT, DELETE', 'audit_permits'], ['UPDATE, DELETE', 'audit_records'], ...REMOVING_FROM_INDEX],
};

/** What custody needs of the database that it works on. */
export interface MysqlAccess {
  /** Database and server, for people. */
  readonly place: string;
  /** Name of the database, for SQL. */
  readonly database: string;
  /** `'user'@'host'`, for SQL; known when the database is open. */
  readonly account: () => string;
  readonly query: RunQuery;
  /** Lets work use a connection that may write; bounded, and with the errors of the store. */
  readonly write: <Result>(work: (session: MysqlSession) => Promise<Result>, limitMs?: number) => Promise<Result>;
}

/** The statements of custody on a MySQL or MariaDB server. */
export class MysqlCustody implements CustodyDatabase {
  readonly dialect = MYSQL_DIALECT;

  constructor(private readonly access: MysqlAccess) {}

  async read(sql: string, values?: readonly SqlValue[], rights?: NeededRights): Promise<readonly RawRow[]> {
    try {
      return await this.access.query(sql, values);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      throw rights !== undefined && isRightMissing(cause) ? this.rightMissing(cause, rights) : error;
    }
  }

  /** The server decides when a commit is durable, for all of them. */
  async write(statements: readonly SqlStatement[], rights: NeededRights = ERASING): Promise<readonly number[]> {
    return this.access.write(async (session) => {
      try {
        const attempt = (): Promise<readonly number[]> =>
          retriedTransaction(() => rolledBack(session, statements), gaveWay);
        // Once more where another transaction was waited for in vain.
        return await attempt().catch((error: unknown) =>
          isConflict(error) ? attempt() : Promise.reject(error as Error),
        );
      } catch (error) {
        throw isRightMissing(error) ? this.rightMissing(error, rights) : error;
      }
    });
  }

  async scrub(options: ScrubOptions): Promise<readonly string[]> {
    return this.access.write((session) => scrubTable(session, options), SCRUB_LIMIT_MS);
  }

  private rightMissing(cause: unknown, { work, grants }: NeededRights): DatabaseUnusableError {
    const { place, database, account } = this.access;
    const statements = grants.map(
      ([rights, table]) => `GRANT ${rights} ON ${quoted(database)}.${table} TO ${account()};`,
    );
    return new DatabaseUnusableError(
      place,
      `does not let the account ${work} (${reasonOf(cause)})`,
      `Use an account that may, or run: ${statements.join(' ')}`,
      { cause },
    );
  }
}

/** The transaction; where another one was in the way, nothing of it is left to be ended. */
async function rolledBack(session: MysqlSession, statements: readonly SqlStatement[]): Promise<readonly number[]> {
  try {
    return await transact(session, statements);
  } catch (error) {
    if (isConflict(error)) {
      await session.change('ROLLBACK');
    }
    throw error;
  }
}

async function transact(session: MysqlSession, statements: readonly SqlStatement[]): Promise<readonly number[]> {
  const changed: number[] = [];
  await session.change('START TRANSACTION');
  for (const { sql, values, isCondition } of statements) {
    const rows = await session.change(sql, values);
    changed.push(rows);
    if (isCondition === true && rows === 0) {
      await session.change('ROLLBACK');
      return changed;
    }
  }
  await session.change('COMMIT');
  return changed;
}
