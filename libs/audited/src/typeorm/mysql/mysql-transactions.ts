import { GENESIS_HASH, type ChainHead, type ChainId } from '../../event/audit-record.js';
import type { HeldHead } from '../server/server-database.js';
import type { SealedBatch } from '../server/sealed-batch.js';
import { addCounts } from './count-batch.js';
import { retriedTransaction } from '../custody/retried-transaction.js';
import { insertStatements } from './insert-statements.js';
import { gaveWay, isConflict, isConnectionLoss, isKnownId, isReadOnly } from './mysql-errors.js';
import type { MysqlPool } from './mysql-pool.js';
import type { MysqlSession } from './mysql-session.js';

/** So many ids are looked up by one statement. */
const IDS_PER_LOOKUP = 1000;

/** A transaction that is not over; what it did becomes durable by `commit` alone. */
interface OpenTransaction {
  readonly session: MysqlSession;
  /** From here on nobody knows what becomes of the transaction when the connection is lost. */
  readonly commit: () => Promise<void>;
}

/**
 * The transactions that append. The lock is the head's row, and nothing that another would have to undo is sent before
 * the server said that it is held: what is still on its way to a server that hangs, when the append is given up, can
 * at most take the lock and lose it again.
 */
export class MysqlTransactions {
  constructor(
    private readonly pool: MysqlPool,
    private readonly maxPacketBytes: number,
  ) {}

  /** Moves the head first: that is the lock and the comparison in one statement. */
  async appendAt(head: ChainHead, batch: SealedBatch): Promise<boolean> {
    const inserts = this.insertsOf(batch);
    return this.run(async ({ session, commit }) => {
      if (!(await moveHead(session, head, batch.head))) {
        return false;
      }
      await insertAll(session, inserts);
      await addCounts(session, head, batch);
      await commit();
      return true;
    });
  }

  withHead<Result>(chain: ChainId, work: (held: HeldHead) => Promise<Result>): Promise<Result> {
    return this.run(async ({ session, commit }) => {
      const head = await lockHead(session, chain);
      let hasStored = false;
      let hasLooked = false;
      const result = await work({
        head,
        knownIds: (ids) => {
          hasLooked = true;
          return knownIds(session, ids);
        },
        store: async (batch) => {
          hasStored = true;
          const inserts = this.insertsOf(batch);
          if (!(await moveHead(session, head, batch.head))) {
            throw new Error(`the head of chain "${chain}" moved while it was locked`);
          }
          await insertAll(session, inserts).catch((error: unknown) => {
            // An append to another chain, which this lock does not hold back, stored an id after it was looked for.
            throw hasLooked && isKnownId(error) ? new TransactionLostError(error) : error;
          });
          await addCounts(session, head, batch);
        },
      });
      // Otherwise the row of a new chain would stay, at position 0.
      if (hasStored) {
        await commit();
      }
      return result;
    });
  }

  private insertsOf(batch: SealedBatch): readonly string[] {
    return insertStatements(batch, this.maxPacketBytes, (value) => this.pool.escape(value));
  }

  /** Once more when it is known that nothing was stored and that it was nobody's fault. */
  private async run<Result>(work: (transaction: OpenTransaction) => Promise<Result>): Promise<Result> {
    try {
      return await retriedTransaction(() => this.attempt(work), lostByChance);
    } catch (error) {
      if (!(error instanceof TransactionLostError)) {
        throw error;
      }
    }
    return this.attempt(work).catch((error: unknown) => {
      throw error instanceof TransactionLostError ? error.cause : error;
    });
  }

  private async attempt<Result>(work: (transaction: OpenTransaction) => Promise<Result>): Promise<Result> {
    const session = await this.pool.acquire();
    let isDecided = false;
    let isCommitted = false;
    const commit = async (): Promise<void> => {
      isDecided = true;
      await session.change('COMMIT');
      isCommitted = true;
    };
    try {
      await session.change('START TRANSACTION');
      const result = await work({ session, commit });
      await (isCommitted ? session.release() : session.rollBack());
      return result;
    } catch (error) {
      await (isReadOnly(error) ? session.destroy() : session.rollBack());
      const isLost = !isDecided && (isConflict(error) || isConnectionLoss(error));
      throw isLost ? new TransactionLostError(error) : error;
    }
  }
}

/** A transaction that ended before it was decided, by no fault of what it was to store. */
class TransactionLostError extends Error {
  constructor(cause: unknown) {
    super('the transaction was lost', { cause });
  }
}

/** Others were at it at the same moment: the index, an erasure. */
function lostByChance(error: unknown): boolean {
  return error instanceof TransactionLostError && gaveWay(error.cause);
}

/** Locks the row of the head; that of a new chain is made first, by whichever process comes first. */
async function lockHead(session: MysqlSession, chain: ChainId): Promise<ChainHead> {
  const found = await lockedHead(session, chain);
  if (found !== undefined) {
    return found;
  }
  // Not INSERT IGNORE: that takes a shared lock on a row which is there already, and two who want it alone are a deadlock.
  await session.change(
    'INSERT INTO audit_heads (chain, position, hash) VALUES (?, 0, ?) ON DUPLICATE KEY UPDATE position = position',
    [chain, GENESIS_HASH],
  );
  const made = await lockedHead(session, chain);
  if (made === undefined) {
    throw new Error(`the head of chain "${chain}" can not be read after it was made`);
  }
  return made;
}

async function lockedHead(session: MysqlSession, chain: ChainId): Promise<ChainHead | undefined> {
  const [row] = await session.rows<{ position: number | string; hash: string }>(
    'SELECT position, hash FROM audit_heads WHERE chain = ? FOR UPDATE',
    [chain],
  );
  return row === undefined ? undefined : { chain, position: Number(row.position), hash: row.hash };
}

async function moveHead(session: MysqlSession, from: ChainHead, to: ChainHead): Promise<boolean> {
  const changed = await session.change(
    'UPDATE audit_heads SET position = ?, hash = ? WHERE chain = ? AND position = ? AND hash = ?',
    [to.position, to.hash, from.chain, from.position, from.hash],
  );
  return changed === 1;
}

async function insertAll(session: MysqlSession, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await session.change(statement);
  }
}

async function knownIds(session: MysqlSession, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let start = 0; start < ids.length; start += IDS_PER_LOOKUP) {
    const some = ids.slice(start, start + IDS_PER_LOOKUP);
    const rows = await session.rows<{ id: string }>(
      `SELECT id FROM audit_records WHERE id IN (${some.map(() => '?').join(', ')})`,
      some,
    );
    for (const { id } of rows) {
      known.add(id);
    }
  }
  return known;
}
