import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { DrainConnection, type SendStatement } from './drain-connection.js';
import type { InboxRow } from './inbox-dialect.js';
import { InboxUnavailableError } from '../../event/audit.error.js';
import { ERASURE_ROWS, notRewritten, rowsAtOnce, type InboxDrain, type MoveRows } from './inbox-drain.js';

/** A drainer that hangs between its statements loses its connection, and with it the lock. */
const IDLE_LIMIT_SECONDS = 60;
const SESSION = `SET SESSION wait_timeout = ${IDLE_LIMIT_SECONDS}`;

/**
 * Drains under a named lock: others find it taken and come back later. Not `FOR UPDATE`: that would wait for every
 * transaction of the application that has written and not yet ended, and lock the gap where the next ones write.
 *
 * Rows are removed by their ids, never up to one: a transaction with a smaller id may commit later.
 */
export class MysqlInboxDrain implements InboxDrain {
  private readonly connection: DrainConnection;

  constructor(
    application: DataSource,
    private readonly statementTimeoutMs: number,
  ) {
    const ownOptions = {
      // Whatever the application speaks: the texts hold all of Unicode.
      charset: 'utf8mb4',
      connectTimeout: statementTimeoutMs,
      extra: { connectionLimit: 1, charset: 'utf8mb4', connectTimeout: statementTimeoutMs },
    };
    this.connection = new DrainConnection(application, ownOptions, statementTimeoutMs);
  }

  drain(place: string, maxRows: number, heldBack: ReadonlySet<string>, move: MoveRows): Promise<number> {
    return this.connection.use(async (send) => {
      const select = (what: string, limit: number): Promise<unknown> =>
        heldBack.size === 0
          ? send(`SELECT ${what} FROM ${place} AS inbox ORDER BY inbox.id LIMIT ${limit}`)
          : send(`SELECT ${what} FROM ${place} AS inbox WHERE inbox.id NOT IN (?) ORDER BY inbox.id LIMIT ${limit}`, [
              [...heldBack],
            ]);
      const waiting = (await select('LENGTH(body) + COALESCE(LENGTH(personal), 0) AS bytes', maxRows)) as {
        readonly bytes: number | string;
      }[];
      if (waiting.length === 0) {
        return 0;
      }
      await send(SESSION);
      const drainLocked = async (): Promise<number> => {
        const columns = 'CAST(inbox.id AS CHAR) AS row_id, chain, body, personal, salt';
        const rows = (await select(columns, rowsAtOnce(waiting))) as InboxRow[];
        if (rows.length === 0) {
          return 0;
        }
        const refused = await move(rows);
        const moved = rows.map(({ row_id }) => row_id).filter((id) => !refused.has(id));
        if (moved.length > 0) {
          await send(`DELETE FROM ${place} WHERE id IN (?)`, [moved]);
        }
        return moved.length;
      };
      return (await underLock(send, place, drainLocked, 0)) ?? 0;
    });
  }

  personalRows(place: string, afterId: string): Promise<readonly InboxRow[]> {
    return this.connection.use(
      async (send) =>
        (await send(
          `SELECT CAST(inbox.id AS CHAR) AS row_id, chain, body, personal, salt FROM ${place} AS inbox
           WHERE inbox.id > CAST(? AS UNSIGNED) AND personal IS NOT NULL ORDER BY inbox.id LIMIT ${ERASURE_ROWS}`,
          [afterId],
        )) as InboxRow[],
    );
  }

  strip(place: string, rowIds: readonly string[]): Promise<number> {
    return this.connection.use(async (send) => {
      await send(SESSION);
      const strip = async (): Promise<number> => {
        const { affectedRows } = (await send(
          `UPDATE ${place} SET personal = NULL, salt = NULL WHERE personal IS NOT NULL AND id IN (?)`,
          [rowIds],
        )) as { readonly affectedRows: number };
        return affectedRows;
      };
      const stripped = await underLock(send, place, strip, Math.floor(this.statementTimeoutMs / 2000));
      if (stripped === undefined) {
        throw new InboxUnavailableError('another process drains it and did not let go in time');
      }
      return stripped;
    });
  }

  async scrub(place: string, rewriteAll: boolean): Promise<readonly string[]> {
    if (!rewriteAll) {
      return [notRewritten(place, `OPTIMIZE TABLE ${place}`)];
    }
    await this.connection.use((send) => send(`OPTIMIZE TABLE ${place}`));
    return [];
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** A failure ends the connection, and with it the lock. @returns `undefined` when others had the lock all the time */
async function underLock(
  send: SendStatement,
  place: string,
  work: () => Promise<number>,
  waitSeconds: number,
): Promise<number | undefined> {
  const lock = `audit_inbox:${createHash('sha256').update(place).digest('hex').slice(0, 32)}`;
  const [taken] = (await send('SELECT GET_LOCK(?, ?) AS taken', [lock, waitSeconds])) as {
    readonly taken: number | string | null;
  }[];
  if (Number(taken?.taken) !== 1) {
    return undefined;
  }
  const moved = await work();
  await send('DO RELEASE_LOCK(?)', [lock]);
  return moved;
}
