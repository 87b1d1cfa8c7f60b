import type { Database } from 'better-sqlite3';
import type { ScrubOptions } from '../../storage/custody-store.js';
import type { SqlStatement, WriteDurability } from '../custody/custody-database.js';

/** A file up to this size is rewritten within some seconds. */
const QUICKLY_REWRITTEN_BYTES = 2 ** 30;

/** Rows of one statement that reads. */
export function query(handle: Database, { sql, values }: SqlStatement): readonly unknown[] {
  return handle.prepare<unknown[]>(sql).all(...values);
}

/**
 * Runs the statements in one transaction that holds SQLite's write lock from its start.
 *
 * @returns the rows that each changed; up to a condition that was not met, after which nothing of it stays
 */
export function transact(
  handle: Database,
  statements: readonly SqlStatement[],
  durability: WriteDurability,
): readonly number[] {
  const prepared = new Map(statements.map(({ sql }) => [sql, handle.prepare<unknown[]>(sql)]));
  const changed: number[] = [];
  const transaction = handle.transaction(() => {
    for (const { sql, values, isCondition } of statements) {
      const changes = prepared.get(sql)?.run(...values).changes ?? 0;
      changed.push(changes);
      if (isCondition === true && changes === 0) {
        throw new ConditionUnmetError();
      }
    }
  });
  try {
    if (durability === 'soon') {
      // No wait for the disk: the next commit that is durable takes this one along, because the log is written in order.
      handle.pragma('synchronous = NORMAL');
    }
    transaction.immediate();
  } catch (error) {
    if (!(error instanceof ConditionUnmetError)) {
      throw error;
    }
  } finally {
    if (durability === 'soon') {
      handle.pragma('synchronous = FULL');
    }
  }
  return changed;
}

/** Makes the driver roll back. */
class ConditionUnmetError extends Error {}

/**
 * Rewrites the file without what was removed, and folds the write-ahead log into it. What is removed is overwritten
 * anyway (`secure_delete`); but files that older versions wrote may hold copies in the unused parts of pages.
 *
 * @returns sentences on what could not be reached
 */
export function scrub(handle: Database, { rewriteAll = false }: ScrubOptions): readonly string[] {
  const leftovers = [
    'Backups and copies of the SQLite file that were made before hold what was removed, until they are deleted.',
  ];
  const bytes =
    Number(handle.pragma('page_count', { simple: true })) * Number(handle.pragma('page_size', { simple: true }));
  if (bytes > QUICKLY_REWRITTEN_BYTES && !rewriteAll) {
    leftovers.push(
      `The SQLite file has ${Math.round(bytes / 2 ** 20)} MiB and was not rewritten: unused parts of its pages may hold ` +
        'copies of what was removed. Rewrite it at a quiet time: VACUUM.',
    );
  } else {
    leftovers.push(...rewritten(handle));
  }
  // With a busy reader the log stays; it is folded in by a later append or when the store is closed.
  const [checkpoint] = handle.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[];
  if (checkpoint?.busy === 1) {
    leftovers.push(
      'Another connection is reading the SQLite file, so its write-ahead log could not be folded in: file and log may ' +
        'still hold what was removed. Scrub again when the other program has finished reading.',
    );
  }
  return leftovers;
}

function rewritten(handle: Database): readonly string[] {
  try {
    // What was searched in pruned records stays in the index of words until its parts are merged.
    handle.exec("INSERT INTO audit_documents (audit_documents) VALUES ('optimize')");
    handle.exec('VACUUM');
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      `The SQLite file could not be rewritten (${reason}): unused parts of its pages may hold copies of what was ` +
        'removed. Make room for a second copy of the file on its disk, and scrub again.',
    ];
  }
}
