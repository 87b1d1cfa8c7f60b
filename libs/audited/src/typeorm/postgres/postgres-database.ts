import type { ChainHead, ChainId } from '../../event/audit-record.js';
import { GENESIS_HASH } from '../../event/audit-record.js';
import { StoreUnavailableError } from '../../event/audit.error.js';
import type { InCustody } from '../custody/custody-database.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import type { HeldHead, RawRow, ServerDatabase, Snapshot } from '../server/server-database.js';
import type { SqlValue } from '../server/server-dialect.js';
import type { StoreAccess } from '../store.options.js';
import { PostgresCustody } from './custody/postgres-custody.js';
import { PostgresDialect } from './postgres-dialect.js';
import { codeOf, openingFailure, storeFailure } from './postgres-failure.js';
import { quoted } from './postgres-names.js';
import { addPartitions } from './postgres-partitions.js';
import { PostgresPool, type PoolUse } from './postgres-pool.js';
import { quickBatches, recordBatches } from './postgres-record-batches.js';
import { prepareSchema, requireSchema } from './postgres-schema.js';
import type { PostgresSession, SessionLimit } from './postgres-session.js';
import { insertAt, insertStatements, type InsertStatements } from './postgres-statements.js';
import { textArray } from './postgres-text-array.js';
import { inTransaction } from './postgres-transaction.js';
import type { PostgresSettings } from './postgres.options.js';

/**
 * Chains are read in the order of an index. Without its statistics a planner may prefer to read everything and sort it,
 * which for a large log is a long silence and a full disk. Such a plan looks dear where it can not be avoided, and would be
 * compiled first for that.
 */
const BEGIN_SNAPSHOT =
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; ' +
  'SET LOCAL jit = off';
/** Whoever waits knows a little before the server that it took too long. */
const GRACE_MS = 100;
const DAY_MS = 86_400_000;

/** The log on a PostgreSQL server. */
export class PostgresDatabase implements ServerDatabase, InCustody {
  readonly dialect: PostgresDialect;
  readonly custody: PostgresCustody;
  private readonly schema: string;
  private readonly insert: InsertStatements;
  private readonly lock: string;
  private readonly writeLimit: SessionLimit;
  private readonly readLimit: SessionLimit;
  private writing: PostgresPool | undefined;
  private reading: Promise<PostgresPool> | undefined;
  private partitionTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: PostgresSettings,
    private readonly access: StoreAccess = 'write',
  ) {
    this.dialect = new PostgresDialect(settings.schema);
    this.schema = quoted(settings.schema);
    this.insert = insertStatements(this.schema);
    this.lock = `SELECT position, hash FROM ${this.schema}.audit_heads`;
    this.writeLimit = { limitMs: settings.statementTimeoutMs, option: 'statementTimeoutMs' };
    this.readLimit = { limitMs: settings.readTimeoutMs, option: 'readTimeoutMs' };
    this.custody = new PostgresCustody({
      settings,
      dialect: this.dialect,
      query: this.query,
      write: (work, limit) => this.write(work, limit),
    });
  }

  async open(): Promise<void> {
    const { settings, access } = this;
    let pool: PostgresPool | undefined;
    try {
      if (access === 'read') {
        pool = await PostgresPool.connect(settings, reading(settings));
        await requireSchema(pool, settings);
        this.reading = Promise.resolve(pool);
        return;
      }
      pool = await PostgresPool.connect(settings, {
        size: settings.poolSize - readers(settings),
        timeoutMs: settings.statementTimeoutMs,
        readOnly: false,
      });
      await prepareSchema(pool, settings);
    } catch (error) {
      await pool?.end();
      throw openingFailure(settings.place, { ...settings, access }, error);
    }
    this.writing = pool;
    await this.addPartitions();
    this.partitionTimer = setInterval(() => void this.addPartitions(), DAY_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.partitionTimer);
    const { writing, reading } = this;
    this.writing = undefined;
    this.reading = undefined;
    // A pool that failed to connect was told to whoever wanted to read.
    const readingPool = await reading?.catch(() => undefined);
    await Promise.all([readingPool?.end(), writing?.end()]);
  }

  readonly appendAt = (head: ChainHead, batch: SealedBatch): Promise<boolean> =>
    this.write((session) => insertAt(session, this.insert, head, batch).catch(movedMeanwhile));

  async withHead<Result>(chain: ChainId, work: (held: HeldHead) => Promise<Result>): Promise<Result> {
    return this.write(async (session) => {
      let hasStored = false;
      return inTransaction(
        session,
        // One round trip for both: the name of a chain holds nothing that SQL would take for its own.
        `BEGIN ISOLATION LEVEL READ COMMITTED; ${this.lock} WHERE chain = '${chain}' FOR UPDATE`,
        () => (hasStored ? 'COMMIT' : 'ROLLBACK'),
        async ([stored]) => {
          const head = headOf(chain, stored ?? (await this.lockNewHead(session, chain)));
          return work({
            head,
            knownIds: (ids) => this.knownIds(session, ids),
            store: async (batch) => {
              if (!(await insertAt(session, this.insert, head, batch))) {
                throw new StoreUnavailableError(`the head of chain "${chain}" moved although it was locked`);
              }
              hasStored = true;
            },
          });
        },
      );
    });
  }

  readonly query = async (sql: string, values: readonly SqlValue[] = []): Promise<readonly RawRow[]> => {
    return (await this.read(this.readLimit, (session) => session.run(sql, values))).rows;
  };

  async snapshot<Result>(work: (snapshot: Snapshot) => Promise<Result>, limitMs?: number): Promise<Result> {
    const { readTimeoutMs } = this.settings;
    const statementMs = Math.min(readTimeoutMs, (limitMs ?? readTimeoutMs) + GRACE_MS);
    // Each step is bounded by the server's and by this process's limit; how many steps there are depends on the log.
    return this.read({ ...this.readLimit, perStatement: true }, (session) =>
      inTransaction(
        session,
        `${BEGIN_SNAPSHOT}; SET LOCAL statement_timeout = ${statementMs}`,
        () => 'COMMIT',
        () =>
          work({
            query: async (sql, values = []) => (await session.run(sql, values)).rows,
            recordBatches: (chain) => recordBatches(session, this.schema, chain),
            quickBatches: (chain) => quickBatches(session, this.schema, chain),
          }),
      ),
    );
  }

  /** Makes the row to lock; nobody else ever sees it at position 0. */
  private async lockNewHead(session: PostgresSession, chain: ChainId): Promise<RawRow | undefined> {
    await session.run(
      `INSERT INTO ${this.schema}.audit_heads (chain, position, hash)
       SELECT $1::text, 0, $2::text WHERE NOT EXISTS (SELECT FROM ${this.schema}.audit_records WHERE chain = $1::text)
       ON CONFLICT DO NOTHING`,
      [chain, GENESIS_HASH],
    );
    return (await session.run(`${this.lock} WHERE chain = $1 FOR UPDATE`, [chain])).rows[0];
  }

  private async knownIds(session: PostgresSession, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const columnTexts = ids.map((id) => this.dialect.columnText(id));
    const { rows } = await session.run(`SELECT id FROM ${this.schema}.audit_records WHERE id = ANY ($1::text[])`, [
      textArray(columnTexts),
    ]);
    const stored = new Set(rows.map((row) => row['id']));
    return new Set(ids.filter((_, index) => stored.has(columnTexts[index] ?? '')));
  }

  private async addPartitions(): Promise<void> {
    try {
      const { schema, monthsAhead } = this.settings;
      await this.write((session) => addPartitions(session, schema, monthsAhead));
    } catch {
      // Deliberately silent: rows of a month without a partition go to the default one, and tomorrow it is tried again.
    }
  }

  private async write<Result>(
    work: (session: PostgresSession) => Promise<Result>,
    limit: SessionLimit = this.writeLimit,
  ): Promise<Result> {
    try {
      if (this.writing === undefined) {
        throw new StoreUnavailableError('it is not open');
      }
      return await this.writing.use(limit, work);
    } catch (error) {
      throw storeFailure(this.settings.place, error);
    }
  }

  private async read<Result>(
    limit: SessionLimit,
    work: (session: PostgresSession) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await (await this.readers()).use(limit, work);
    } catch (error) {
      throw storeFailure(this.settings.place, error);
    }
  }

  /** Connections to read with are made with the first read; an application that only writes has none. */
  private readers(): Promise<PostgresPool> {
    if (this.writing === undefined && this.reading === undefined) {
      throw new StoreUnavailableError('it is not open');
    }
    this.reading ??= PostgresPool.connect(this.settings, reading(this.settings)).catch((error: unknown) => {
      this.reading = undefined;
      throw error;
    });
    return this.reading;
  }
}

/** Where the database is set to a stricter isolation, a head that has moved is an error instead of no row. */
function movedMeanwhile(error: unknown): false {
  if (codeOf(error) === '40001') {
    return false;
  }
  throw error;
}

function headOf(chain: ChainId, row: RawRow | undefined): ChainHead {
  if (row === undefined) {
    throw new StoreUnavailableError(
      `chain "${chain}" has records but no head, so nobody can tell where it goes on. Run verify(), and restore the head`,
    );
  }
  return { chain, position: Number(row['position']), hash: String(row['hash']) };
}

function reading(settings: PostgresSettings): PoolUse {
  return { size: readers(settings), timeoutMs: settings.readTimeoutMs, readOnly: true };
}

function readers({ poolSize }: PostgresSettings): number {
  return Math.max(1, Math.floor(poolSize / 3));
}
