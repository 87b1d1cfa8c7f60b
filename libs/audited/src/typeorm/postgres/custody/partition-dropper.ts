import type { DroppablePart, PartDropper, SqlStatement } from '../../custody/custody-database.js';
import { underPermit } from '../../custody/permit.js';
import type { PostgresDialect } from '../postgres-dialect.js';
import { codeOf, isServerError } from '../postgres-failure.js';
import type { PostgresSession } from '../postgres-session.js';
import { inTransaction } from '../postgres-transaction.js';
import { logPartitions, type LogPartition } from './log-partitions.js';

/** Everybody who appends or reads waits behind whoever waits for the table; so not for long. */
const LOCK_TIMEOUT_MS = 1000;
const LOCK_NOT_AVAILABLE = '55P03';
const ATTEMPTS = 3;
/** Records of the same positions that a late clock put into other partitions, and that go along in one transaction. */
const MOST_STRAGGLERS = 2000;

/** Lets work use a connection that may write. */
export type UseSession = <Result>(work: (session: PostgresSession) => Promise<Result>) => Promise<Result>;

/** Drops partitions of months that are over, where every record may go. */
export class PartitionDropper implements PartDropper {
  private readonly parent: string;

  constructor(
    private readonly dialect: PostgresDialect,
    private readonly use: UseSession,
  ) {
    this.parent = dialect.table('audit_records');
  }

  async parts(chain: string, through: number): Promise<readonly DroppablePart[]> {
    return this.use(async (session) => {
      const parts: DroppablePart[] = [];
      for (const { name, table, isPast, isOurs } of await logPartitions(session, this.parent, new Date())) {
        const extent = isPast && isOurs ? await extentOf(session, table, chain) : undefined;
        if (extent !== undefined && extent.through <= through) {
          parts.push({ name, ...extent });
        }
      }
      return parts.sort((a, b) => a.from - b.from);
    });
  }

  async drop(
    chain: string,
    part: DroppablePart,
    alongside: () => Promise<readonly SqlStatement[]>,
  ): Promise<number | undefined> {
    for (let attempt = 1; ; attempt++) {
      const statements = await alongside();
      const outcome = await this.use((session) => this.attempt(session, chain, part, statements));
      if (outcome !== 'again') {
        return outcome === 'dropped' ? part.through - part.from + 1 : undefined;
      }
      if (attempt === ATTEMPTS) {
        return undefined;
      }
    }
  }

  private async attempt(
    session: PostgresSession,
    chain: string,
    part: DroppablePart,
    alongside: readonly SqlStatement[],
  ): Promise<'dropped' | 'again' | 'kept'> {
    const partitions = await logPartitions(session, this.parent, new Date());
    const partition = partitions.find(({ name }) => name === part.name);
    const others = partitions.filter((other) => other !== partition);
    if (partition === undefined || (await stragglers(session, others, chain, part)) > MOST_STRAGGLERS) {
      return 'kept';
    }
    try {
      await this.dropInTransaction(session, partition, chain, part, alongside);
      return 'dropped';
    } catch (error) {
      if (error instanceof ConditionUnmetError) {
        return 'again';
      }
      if (!isServerError(error) && !(error instanceof PartChangedError)) {
        throw error;
      }
      return codeOf(error) === LOCK_NOT_AVAILABLE ? 'again' : 'kept';
    }
  }

  private async dropInTransaction(
    session: PostgresSession,
    { table }: LogPartition,
    chain: string,
    part: DroppablePart,
    alongside: readonly SqlStatement[],
  ): Promise<void> {
    const begin = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`;
    await inTransaction(
      session,
      begin,
      () => 'COMMIT',
      async () => {
        for (const { sql, values, isCondition } of alongside) {
          const { rowCount } = await session.run(sql, values);
          if (isCondition === true && rowCount === 0) {
            throw new ConditionUnmetError();
          }
        }
        await session.run(`ALTER TABLE ${this.parent} DETACH PARTITION ${table}`);
        const extent = await extentOf(session, table, chain);
        if (extent?.from !== part.from || extent.through !== part.through) {
          throw new PartChangedError(table);
        }
        // Now that the partition is out, these are the ones that stand elsewhere: no hole must be left.
        const removal = {
          sql: `DELETE FROM ${this.parent} WHERE chain = $1::text AND position <= $2`,
          values: [chain, part.through],
        };
        const permit = { operation: 'prune', chain, through: part.through } as const;
        for (const { sql, values } of underPermit(this.dialect, permit, [removal])) {
          await session.run(sql, values);
        }
        await session.run(`DROP TABLE ${table}`);
      },
    );
  }
}

/** What goes alongside was made of a state that is over. */
class ConditionUnmetError extends Error {}

/** Somebody appended to the partition after it was looked at. */
class PartChangedError extends Error {
  constructor(table: string) {
    super(`partition ${table} changed`);
  }
}

/** Lowest and highest position of the only chain that a partition holds; `undefined` when it holds others, or nothing. */
async function extentOf(
  session: PostgresSession,
  table: string,
  chain: string,
): Promise<{ readonly from: number; readonly through: number } | undefined> {
  const { rows } = await session.run(
    `SELECT (SELECT min(position) FROM ${table} WHERE chain = $1::text) AS from_position,
       (SELECT max(position) FROM ${table} WHERE chain = $1::text) AS through_position,
       EXISTS (SELECT FROM ${table} WHERE chain < $1::text) OR EXISTS (SELECT FROM ${table} WHERE chain > $1::text) AS shared`,
    [chain],
  );
  const { from_position: from = null, through_position: through = null, shared } = rows[0] ?? {};
  return from === null || through === null || shared === 't'
    ? undefined
    : { from: Number(from), through: Number(through) };
}

/** How many records of the part's positions stand in other partitions; counts no further than matters. */
async function stragglers(
  session: PostgresSession,
  partitions: readonly LogPartition[],
  chain: string,
  { through }: DroppablePart,
): Promise<number> {
  const found = partitions.map(
    ({ table }) => `(SELECT FROM ${table} WHERE chain = $1::text AND position <= $2 LIMIT ${MOST_STRAGGLERS + 1})`,
  );
  if (found.length === 0) {
    return 0;
  }
  const { rows } = await session.run(`SELECT count(*) AS found FROM (${found.join(' UNION ALL ')}) AS elsewhere`, [
    chain,
    through,
  ]);
  return Number(rows[0]?.['found']);
}
