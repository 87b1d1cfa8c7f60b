import type { ScrubOptions } from '../../../storage/custody-store.js';
import { errorNumber, reasonOf } from '../mysql-errors.js';
import type { MysqlSession } from '../mysql-session.js';

/** A table up to this size is rewritten without being asked twice; others append meanwhile. */
const QUIETLY_REWRITTEN_BYTES = 2 ** 30;
/** How long a rewrite may take. */
export const SCRUB_LIMIT_MS = 3_600_000;

/** Tables that an erasure removes something from. */
const TABLES = ['audit_records', 'audit_facets'];

/**
 * Rewrites what an erasure removed something from, because InnoDB leaves the bytes of removed rows in its pages until they
 * are used again.
 *
 * @returns sentences on what could not be reached
 */
export async function scrubTable(
  session: MysqlSession,
  { rewriteAll = false }: ScrubOptions,
): Promise<readonly string[]> {
  const leftovers: string[] = [];
  for (const table of TABLES) {
    const bytes = await bytesOf(session, table);
    leftovers.push(
      ...(rewriteAll || bytes <= QUIETLY_REWRITTEN_BYTES
        ? await rewritten(session, table)
        : [
            `The table ${table} has ${Math.round(bytes / 2 ** 20)} MiB and was not rewritten: its pages hold the bytes ` +
              `of removed rows until they are used again. ${byHand(table)}`,
          ]),
    );
  }
  return [...leftovers, ...(await copiesElsewhere(session))];
}

function byHand(table: string): string {
  return `Rewrite it at a quiet time: OPTIMIZE TABLE ${table};`;
}

async function bytesOf(session: MysqlSession, table: string): Promise<number> {
  const [row] = await session.rows<{ bytes: number | string }>(
    `SELECT DATA_LENGTH + INDEX_LENGTH AS bytes FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [table],
  );
  return Number(row?.bytes ?? 0);
}

async function rewritten(session: MysqlSession, table: string): Promise<readonly string[]> {
  const failure = (reason: string): readonly string[] => [
    `The table ${table} could not be rewritten (${reason}): its pages hold the bytes of removed rows. ${byHand(table)}`,
  ];
  try {
    const messages = await session.rows<{ Msg_type: string; Msg_text: string }>(`OPTIMIZE TABLE ${table}`);
    return messages.filter(({ Msg_type: type }) => /error/i.test(type)).flatMap(({ Msg_text: text }) => failure(text));
  } catch (error) {
    if (errorNumber(error) === undefined) {
      throw error;
    }
    return failure(reasonOf(error));
  }
}

/** What no statement reaches: sentences for whoever asked for the erasure. */
async function copiesElsewhere(session: MysqlSession): Promise<readonly string[]> {
  const [server] = await session.rows<{ logs: number }>('SELECT @@log_bin AS logs');
  const copies = [
    'Backups and dumps of the database that were made before hold what was removed, until they are deleted.',
    "InnoDB's redo and undo logs hold what was removed until they are used again: some time later.",
  ];
  if (Number(server?.logs) === 1) {
    copies.push(
      'The binary logs of the server hold what was removed until they are purged (PURGE BINARY LOGS BEFORE NOW();), and ' +
        'replicas until they have applied them.',
    );
  }
  return copies;
}
