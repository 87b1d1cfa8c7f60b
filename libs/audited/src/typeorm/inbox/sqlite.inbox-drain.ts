import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { ownOptionsOf } from './drain-connection.js';
import type { InboxRow } from './inbox-dialect.js';
import { rowsAtOnce, type InboxDrain, type MoveRows } from './inbox-drain.js';

/** How often a delete is tried before it is left to the next drain. */
const DELETE_ATTEMPTS = 20;
const DELETE_PAUSE_MS = 10;

/**
 * Drains a file through a second connection: the application's own has one transaction at a time, and what is not
 * committed must not be seen. The driver works on the calling thread, so nothing here waits for a lock: what is busy now
 * (by a transaction of this very thread, say, which could not end while we waited) is tried again later.
 *
 * A database in memory has only the application's own connection: it is read while no transaction is open.
 *
 * There is no lock between processes. Ids follow the order of commits, so whoever reads, reads what comes next; an event
 * that two processes move is stored once.
 */
export class SqliteInboxDrain implements InboxDrain {
  private readonly isInMemory: boolean;
  private own: DataSource | undefined;
  /** Rows that were moved and could not be removed yet. */
  private moved: readonly string[] = [];

  constructor(private readonly application: DataSource) {
    this.isInMemory = handleOf(application).memory;
  }

  async drain(place: string, maxRows: number, heldBack: ReadonlySet<string>, move: MoveRows): Promise<number> {
    const handle = await this.handle();
    if (handle === undefined || !(await this.removeMoved(handle, place))) {
      return 0;
    }
    const rows = whenFree(handle, () => rowsOf(handle, place, maxRows, heldBack));
    if (rows === undefined || rows.length === 0) {
      return 0;
    }
    const refused = await move(rows);
    this.moved = rows.map(({ row_id }) => row_id).filter((id) => !refused.has(id));
    const count = this.moved.length;
    await this.removeMoved(handle, place);
    return count;
  }

  async close(): Promise<void> {
    const { own } = this;
    this.own = undefined;
    await own?.destroy();
  }

  /** @returns `undefined` when the application has closed its database in memory, and what was in it is gone */
  private async handle(): Promise<Database | undefined> {
    if (this.isInMemory) {
      return this.application.isInitialized ? handleOf(this.application) : undefined;
    }
    if (this.own === undefined) {
      const own = new DataSource(ownOptionsOf(this.application.options, { timeout: 0, enableWAL: false }));
      await own.initialize();
      this.own = own;
      const handle = handleOf(own);
      // A delete that a power cut takes back is done again; without a write-ahead log less care would risk the file.
      if (handle.pragma('journal_mode', { simple: true }) === 'wal') {
        handle.pragma('synchronous = NORMAL');
      }
    }
    return handleOf(this.own);
  }

  private async removeMoved(handle: Database, place: string): Promise<boolean> {
    for (let attempt = 0; this.moved.length > 0 && attempt < DELETE_ATTEMPTS; attempt++) {
      const removed = whenFree(handle, () =>
        handle.prepare(`DELETE FROM ${place} WHERE id IN (SELECT value FROM json_each(?))`).run(listOf(this.moved)),
      );
      if (removed === undefined) {
        await wait(DELETE_PAUSE_MS, undefined, { ref: false });
      } else {
        this.moved = [];
      }
    }
    return this.moved.length === 0;
  }
}

function rowsOf(handle: Database, place: string, maxRows: number, heldBack: ReadonlySet<string>): InboxRow[] {
  const select = (columns: string): string =>
    `SELECT ${columns} FROM ${place} AS inbox
     WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY inbox.id LIMIT ?`;
  const without = listOf([...heldBack]);
  const sizes = handle
    .prepare<[string, number], { bytes: number }>(
      select('length(CAST(body AS BLOB)) + coalesce(length(CAST(personal AS BLOB)), 0) AS bytes'),
    )
    .all(without, maxRows);
  return handle
    .prepare<[string, number], InboxRow>(select('CAST(id AS TEXT) AS row_id, chain, body, personal, salt'))
    .all(without, rowsAtOnce(sizes));
}

/** @returns `undefined` when the database is busy: somebody else's lock, or a transaction on this very connection */
function whenFree<Result>(handle: Database, work: () => Result): Result | undefined {
  if (handle.inTransaction) {
    return undefined;
  }
  try {
    return work();
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code)) {
      return undefined;
    }
    throw error;
  }
}

function listOf(ids: readonly string[]): string {
  return `[${ids.join(',')}]`;
}

function handleOf(source: DataSource): Database {
  return (source.driver as unknown as { readonly databaseConnection: Database }).databaseConnection;
}
