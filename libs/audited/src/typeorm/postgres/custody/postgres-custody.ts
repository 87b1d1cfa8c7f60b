import { retriedTransaction } from '../../custody/retried-transaction.js';
import { DatabaseUnusableError } from '../../../event/audit.error.js';
import type { ScrubOptions } from '../../../storage/custody-store.js';
import type { CustodyDatabase, NeededRights, SqlStatement, WriteDurability } from '../../custody/custody-database.js';
import { REMOVING_FROM_INDEX } from '../../reading/projections/index-tables.js';
import type { RawRow, RunQuery } from '../../server/server-database.js';
import { SqlConditions, type SqlValue } from '../../server/server-dialect.js';
import type { PostgresDialect } from '../postgres-dialect.js';
import { codeOf } from '../postgres-failure.js';
import { quoted } from '../postgres-names.js';
import type { PostgresSession, SessionLimit } from '../postgres-session.js';
import { inTransaction } from '../postgres-transaction.js';
import type { PostgresSettings } from '../postgres.options.js';
import { PartitionDropper } from './partition-dropper.js';
import { SCRUB_LIMIT, scrubPartitions } from './partition-scrub.js';

/** Deadlocks, and what a stricter isolation refuses: the same transaction may succeed at once. */
const GAVE_WAY: ReadonlySet<string> = new Set(['40P01', '40001']);
/** A commit that is acknowledged has to survive a crash, whatever the role or the database is set to. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`;
/** Durable as soon as the next commit is that waits for the disk. */
const BEGIN_SOON = 'BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off';
const RIGHT_MISSING = '42501';
const POSITIONS_PER_READ = 1000;
const ERASING: NeededRights = {
  work: 'erase or prune',
  grants: [
    ['SELECT, INSERT, UPDATE, DELETE', 'audit_permits'],
    ['UPDATE, DELETE', 'audit_records'],
    ...REMOVING_FROM_INDEX,
  ],
};

/** What custody needs of the database that it works on. */
export interface PostgresAccess {
  readonly settings: PostgresSettings;
  readonly dialect: PostgresDialect;
  readonly query: RunQuery;
  /** Lets work use a connection that may write; bounded, and with the errors of the store. */
  readonly write: <Result>(
    work: (session: PostgresSession) => Promise<Result>,
    limit?: SessionLimit,
  ) => Promise<Result>;
}

/** The statements of custody on a PostgreSQL server. */
export class PostgresCustody implements CustodyDatabase {
  readonly dialect: PostgresDialect;
  readonly dropper: PartitionDropper;
  /** Names of the partitions where an erasure of this process left dead rows; `undefined` when that is not known. */
  private touched: Set<string> | undefined = new Set();
  private readonly stepLimit: SessionLimit;

  constructor(private readonly access: PostgresAccess) {
    this.dialect = access.dialect;
    const limitMs = access.settings.statementTimeoutMs;
    this.stepLimit = { limitMs, option: 'statementTimeoutMs', perStatement: true };
    this.dropper = new PartitionDropper(access.dialect, (work) => access.write(work, this.stepLimit));
  }

  async read(sql: string, values?: readonly SqlValue[], rights?: NeededRights): Promise<readonly RawRow[]> {
    try {
      return await this.access.query(sql, values);
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      throw rights !== undefined && codeOf(cause) === RIGHT_MISSING ? this.rightMissing(cause, rights) : error;
    }
  }

  write(
    statements: readonly SqlStatement[],
    rights: NeededRights = ERASING,
    durability: WriteDurability = 'durable',
  ): Promise<readonly number[]> {
    return this.access.write(async (session) => {
      let isUnmet = false;
      try {
        return await retriedTransaction(
          () => {
            isUnmet = false;
            return inTransaction(
              session,
              durability === 'durable' ? BEGIN : BEGIN_SOON,
              () => (isUnmet ? 'ROLLBACK' : 'COMMIT'),
              async () => {
                const changed: number[] = [];
                for (const { sql, values, isCondition } of statements) {
                  const { rowCount } = await session.run(sql, values);
                  changed.push(rowCount);
                  if (isCondition === true && rowCount === 0) {
                    isUnmet = true;
                    break;
                  }
                }
                return changed;
              },
            );
          },
          (error) => GAVE_WAY.has(codeOf(error) ?? ''),
        );
      } catch (error) {
        throw codeOf(error) === RIGHT_MISSING ? this.rightMissing(error, rights) : error;
      }
    }, this.stepLimit);
  }

  readonly noteErased = async (chain: string, positions: readonly number[]): Promise<void> => {
    try {
      for (let start = 0; start < positions.length; start += POSITIONS_PER_READ) {
        const names = await this.partitionsOf(chain, positions.slice(start, start + POSITIONS_PER_READ));
        names.forEach((name) => this.touched?.add(name));
      }
    } catch {
      // The erasure is done and must not look as if it were not; every partition is looked at instead.
      this.touched = undefined;
    }
  };

  async scrub(options: ScrubOptions): Promise<readonly string[]> {
    const tables = { parent: this.dialect.table('audit_records'), facets: this.dialect.table('audit_facets') };
    const { touched } = this;
    this.touched = new Set();
    const { leftovers, unclean } = await this.access
      .write((session) => scrubPartitions(session, tables, touched, options), SCRUB_LIMIT)
      .catch((error: unknown) => {
        this.touched = undefined;
        throw error;
      });
    unclean.forEach((name) => this.touched?.add(name));
    return leftovers;
  }

  private async partitionsOf(chain: string, positions: readonly number[]): Promise<readonly string[]> {
    const conditions = new SqlConditions(this.dialect);
    conditions.equals('chain', chain);
    conditions.holds(`position IN (${positions.map(conditions.bind).join(', ')})`);
    const rows = await this.read(
      `SELECT DISTINCT relname AS name FROM ${this.dialect.table('audit_records')} AS record
       JOIN pg_class ON pg_class.oid = record.tableoid ${conditions.where}`,
      conditions.values,
    );
    return rows.map(({ name }) => String(name));
  }

  private rightMissing(cause: unknown, { work, grants }: NeededRights): DatabaseUnusableError {
    const { place, username } = this.access.settings;
    const statements = grants.map(
      ([rights, table]) => `GRANT ${rights} ON ${this.dialect.table(table)} TO ${quoted(username)};`,
    );
    return new DatabaseUnusableError(
      place,
      `does not let role "${username}" ${work} (${cause instanceof Error ? cause.message : String(cause)})`,
      `Use a role that may, or run as the owner of the tables: ${statements.join(' ')}`,
      { cause },
    );
  }
}
