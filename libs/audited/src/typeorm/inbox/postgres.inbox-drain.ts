import type { DataSource } from 'typeorm';
import { DrainConnection, type SendStatement } from './drain-connection.js';
import type { InboxRow } from './inbox-dialect.js';
import { ERASURE_ROWS, notRewritten, rowsAtOnce, type InboxDrain, type MoveRows } from './inbox-drain.js';

/** First half of the advisory lock's key; the second is the table itself. */
const LOCK_CLASS = 1_635_083_369;
/** A drainer that hangs between its statements loses its transaction, and with it the lock. */
const IDLE_LIMIT_MS = 60_000;

/**
 * Drains within one transaction that holds an advisory lock: others find it taken and come back later. Not row locks:
 * they would write to every row only to delete it. A transaction's lock, not a session's: it works behind a pooler too.
 *
 * Rows are removed by their ids, never up to one: a transaction with a smaller id may commit later.
 */
export class PostgresInboxDrain implements InboxDrain {
  private readonly connection: DrainConnection;
  private readonly begin: string;

  constructor(
    application: DataSource,
    private readonly statementTimeoutMs: number,
  ) {
    this.begin =
      `BEGIN; SET LOCAL statement_timeout = ${statementTimeoutMs}; SET LOCAL lock_timeout = ${statementTimeoutMs}; ` +
      `SET LOCAL idle_in_transaction_session_timeout = ${IDLE_LIMIT_MS}`;
    const ownOptions = {
      connectTimeoutMS: statementTimeoutMs,
      installExtensions: false,
      // Of the driver: its own limit ends what TypeORM sends while it connects.
      extra: { max: 1, connectionTimeoutMillis: statementTimeoutMs, query_timeout: statementTimeoutMs },
      // What goes wrong with the connection is seen by the statement that needs it.
      poolErrorHandler: () => undefined,
    };
    this.connection = new DrainConnection(application, ownOptions, statementTimeoutMs);
  }

  drain(place: string, maxRows: number, heldBack: ReadonlySet<string>, move: MoveRows): Promise<number> {
    return this.connection.use(async (send) => {
      const waiting = (await send(
        `SELECT octet_length(body) + coalesce(octet_length(personal), 0) AS bytes FROM ${place}
         WHERE id <> ALL($1::bigint[]) ORDER BY id LIMIT ${maxRows}`,
        [[...heldBack]],
      )) as { readonly bytes: number }[];
      if (waiting.length === 0) {
        return 0;
      }
      await send(this.begin);
      const moved = await drainLocked(send, place, { rows: rowsAtOnce(waiting), heldBack, move });
      await send(moved === 0 ? 'ROLLBACK' : 'COMMIT');
      return moved;
    });
  }

  personalRows(place: string, afterId: string): Promise<readonly InboxRow[]> {
    return this.connection.use(
      async (send) =>
        (await send(
          `SELECT id::text AS row_id, chain, body, personal, salt FROM ${place}
           WHERE id > $1::bigint AND personal IS NOT NULL ORDER BY id LIMIT ${ERASURE_ROWS}`,
          [afterId],
        )) as InboxRow[],
    );
  }

  strip(place: string, rowIds: readonly string[]): Promise<number> {
    return this.connection.use(async (send) => {
      await send(this.begin);
      // Waits for whoever drains, at most as long as a statement may take.
      await send(`SELECT pg_advisory_xact_lock(${LOCK_CLASS}, $1::regclass::oid::int)`, [place]);
      const stripped = (await send(
        `WITH stripped AS (
           UPDATE ${place} SET personal = NULL, salt = NULL
           WHERE personal IS NOT NULL AND id = ANY($1::bigint[]) RETURNING 1)
         SELECT count(*)::int AS count FROM stripped`,
        [rowIds],
      )) as { readonly count: number }[];
      await send('COMMIT');
      return stripped[0]?.count ?? 0;
    });
  }

  /** Dead rows keep their bytes in a page until it is written anew. */
  async scrub(place: string, rewriteAll: boolean): Promise<readonly string[]> {
    if (!rewriteAll) {
      return [notRewritten(place, `VACUUM (FULL) ${place}`)];
    }
    await this.connection.use(async (send) => {
      await send(`SET lock_timeout = ${this.statementTimeoutMs}`);
      await send(`VACUUM (FULL) ${place}`);
    });
    return [];
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

interface DrainOrder {
  readonly rows: number;
  readonly heldBack: ReadonlySet<string>;
  readonly move: MoveRows;
}

async function drainLocked(
  send: SendStatement,
  place: string,
  { rows: atOnce, heldBack, move }: DrainOrder,
): Promise<number> {
  const [lock] = (await send(`SELECT pg_try_advisory_xact_lock(${LOCK_CLASS}, $1::regclass::oid::int) AS taken`, [
    place,
  ])) as { readonly taken: boolean }[];
  if (lock?.taken !== true) {
    return 0;
  }
  const rows = (await send(
    `SELECT id::text AS row_id, chain, body, personal, salt FROM ${place}
     WHERE id <> ALL($1::bigint[]) ORDER BY id LIMIT ${atOnce}`,
    [[...heldBack]],
  )) as InboxRow[];
  if (rows.length === 0) {
    return 0;
  }
  const refused = await move(rows);
  const moved = rows.map(({ row_id }) => row_id).filter((id) => !refused.has(id));
  await send(`DELETE FROM ${place} WHERE id = ANY($1::bigint[])`, [moved]);
  return moved.length;
}
