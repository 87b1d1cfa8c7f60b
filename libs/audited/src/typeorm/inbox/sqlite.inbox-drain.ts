import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { InboxUnavailableError } from '../../event/audit.error.js';
import { ownOptionsOf } from './drain-connection.js';
import type { InboxRow } from './inbox-dialect.js';
import { ERASURE_ROWS, rowsAtOnce, type InboxDrain, type MoveRows } from './inbox-drain.js';

/** How often a delete is tried before it is left to the next drain. */
const DELETE_ATTEMPTS = 20;
const DELETE_PAUSE_MS = 10;
/** An erasure waits longer for a busy file: there is no next one by itself. */
const ERASURE_ATTEMPTS = 500;

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

  async personalRows(place: string, afterId: string): Promise<readonly InboxRow[]> {
    const handle = await this.openHandle();
    return this.patiently(handle, () =>
      handle
        .prepare<[string, number], InboxRow>(
          `SELECT CAST(id AS TEXT) AS row_id, chain, body, personal, salt FROM ${place} AS inbox
           WHERE inbox.id > CAST(? AS INTEGER) AND personal IS NOT NULL ORDER BY inbox.id LIMIT ?`,
        )
        .all(afterId, ERASURE_ROWS),
    );
  }

  async strip(place: string, rowIds: readonly string[]): Promise<number> {
    const handle = await this.openHandle();
    return this.patiently(handle, () => {
      const { changes } = handle
        .prepare(
          `UPDATE ${place} SET personal = NULL, salt = NULL
           WHERE personal IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
        )
        .run(listOf(rowIds));
      return changes;
    });
  }

  /**
   * What this connection removes is overwritten at once (`secure_delete`), in the pages of the file; the write-ahead log
   * still has it. Free pages of earlier versions need the whole file to be rewritten, on this very thread.
   */
  async scrub(_place: string, rewriteAll: boolean): Promise<readonly string[]> {
    const handle = await this.openHandle();
    if (this.isInMemory) {
      return [];
    }
    if (rewriteAll) {
      await this.patiently(handle, () => handle.exec('VACUUM'));
    }
    const [checkpoint] = await this.patiently(
      handle,
      () => handle.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[],
    );
    return checkpoint?.busy === 1
      ? ['The write-ahead log of the database of the inbox is in use and still holds removed bytes; run it again.']
      : [];
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
      // What is moved or erased leaves no bytes in the pages it stood in.
      handle.pragma('secure_delete = ON');
      // A delete that a power cut takes back is done again; without a write-ahead log less care would risk the file.
      if (handle.pragma('journal_mode', { simple: true }) === 'wal') {
        handle.pragma('synchronous = NORMAL');
      }
    }
    return handleOf(this.own);
  }

  private async openHandle(): Promise<Database> {
    const handle = await this.handle();
    if (handle === undefined) {
      throw new InboxUnavailableError('its database in memory was closed');
    }
    return handle;
  }

  private async patiently<Result>(handle: Database, work: () => Result): Promise<Result> {
    for (let attempt = 0; attempt < ERASURE_ATTEMPTS; attempt++) {
      const done = whenFree(handle, () => ({ result: work() }));
      if (done !== undefined) {
        return done.result;
      }
      await wait(DELETE_PAUSE_MS, undefined, { ref: false });
    }
    throw new InboxUnavailableError(`its file was in use for ${ERASURE_ATTEMPTS * DELETE_PAUSE_MS} ms`);
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
