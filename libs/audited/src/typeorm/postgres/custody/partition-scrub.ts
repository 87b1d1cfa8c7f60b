import type { ScrubOptions } from '../../../storage/custody-store.js';
import { codeOf, isServerError } from '../postgres-failure.js';
import type { PostgresSession } from '../postgres-session.js';
import { logPartitions, type LogPartition } from './log-partitions.js';

/** A partition that is written to is rewritten up to this size: those who append wait for about a second. */
const QUICKLY_REWRITTEN_BYTES = 32 * 2 ** 20;
/** One whose months are over, up to this size: only readers wait. */
const QUIETLY_REWRITTEN_BYTES = 2 ** 30;
/** Everybody waits behind whoever waits for the table. */
const LOCK_TIMEOUT_MS = 2000;
const LOCK_NOT_AVAILABLE = '55P03';

/** The table of facets, which hold addresses until a person is erased; not a partition, and rewritten like one. */
const FACETS = 'audit_facets';

/** What became of it. */
export interface ScrubResult {
  /** Sentences on what could not be reached. */
  readonly leftovers: readonly string[];
  /** Names of partitions that still hold bytes of removed rows. */
  readonly unclean: readonly string[];
}

/** Their names with their schema, quoted. */
export interface ScrubbedTables {
  /** `audit_records` */
  readonly parent: string;
  readonly facets: string;
}

/** How long a rewrite may take. */
export const SCRUB_LIMIT = { limitMs: 3_600_000, option: 'the limit for scrubbing', perStatement: true } as const;

/**
 * Rewrites the partitions that hold dead rows: VACUUM alone would leave the bytes of a dead row in its page until they
 * are used again.
 *
 * @param touched names of partitions that an erasure changed, which the server's own statistics may not know yet;
 *   `undefined`: any of them
 */
export async function scrubPartitions(
  session: PostgresSession,
  { parent, facets }: ScrubbedTables,
  touched: ReadonlySet<string> | undefined,
  { rewriteAll = false }: ScrubOptions,
): Promise<ScrubResult> {
  const withDeadRows = await namesWithDeadRows(session, parent);
  const partitions = (await logPartitions(session, parent, new Date())).filter(
    ({ name }) => touched === undefined || touched.has(name) || withDeadRows.has(name),
  );
  const facetTable = await facetsToScrub(session, facets, touched);
  const leftovers: string[] = [];
  const unclean: string[] = [];
  await session.run(`SET statement_timeout = ${SCRUB_LIMIT.limitMs}; SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  try {
    for (const partition of [...partitions, ...facetTable]) {
      const problems = await scrubPartition(session, partition, rewriteAll);
      leftovers.push(...problems);
      unclean.push(...(problems.length > 0 ? [partition.name] : []));
    }
  } finally {
    await session.run('RESET statement_timeout; RESET lock_timeout');
  }
  return { leftovers: [...leftovers, ...(await copiesElsewhere(session))], unclean };
}

/** The table of facets, when it may hold what an erasure removed. */
async function facetsToScrub(
  session: PostgresSession,
  facets: string,
  touched: ReadonlySet<string> | undefined,
): Promise<readonly LogPartition[]> {
  const { rows } = await session.run(
    `SELECT pg_total_relation_size(oid) AS bytes, pg_has_role(relowner, 'USAGE') AS is_ours
     FROM pg_class WHERE oid = to_regclass($1)`,
    [facets],
  );
  const isTouched = touched?.size !== 0 || (await hasDeadRows(session, facets));
  return rows
    .filter(() => isTouched)
    .map(({ bytes, is_ours: isOurs }) => ({
      name: FACETS,
      table: facets,
      bytes: Number(bytes),
      isPast: false,
      isOurs: isOurs === 't',
    }));
}

async function scrubPartition(
  session: PostgresSession,
  { name, table, bytes, isPast, isOurs }: LogPartition,
  rewriteAll: boolean,
): Promise<readonly string[]> {
  const title = name === FACETS ? `The table ${name}` : `Partition ${name}`;
  const byHand = `Rewrite it at a quiet time: VACUUM (FULL, ANALYZE) ${table};`;
  if (!isOurs) {
    return [`${title} may be rewritten by the owner of the table only, and still holds removed rows. ${byHand}`];
  }
  if (!rewriteAll && bytes > (isPast ? QUIETLY_REWRITTEN_BYTES : QUICKLY_REWRITTEN_BYTES)) {
    await session.run(`VACUUM ${table}`);
    return [
      `${title} has ${Math.round(bytes / 2 ** 20)} MiB and was vacuumed but not rewritten: its pages hold the ` +
        `bytes of removed rows until they are used again. ${byHand}`,
    ];
  }
  try {
    await session.run(`VACUUM (FULL) ${table}`);
    // A rewrite leaves no map of what is visible to all, and no word on rows that somebody may still want to see.
    await session.run(`VACUUM ${table}`);
  } catch (error) {
    if (!isServerError(error)) {
      throw error;
    }
    const reason = codeOf(error) === LOCK_NOT_AVAILABLE ? 'others were using it' : (error as Error).message;
    return [`${title} could not be rewritten (${reason}), and still holds removed rows. ${byHand}`];
  }
  if (await hasDeadRows(session, table)) {
    // No ANALYZE here: it would make the server forget that there are any.
    return [
      `${title} was rewritten, but removed rows had to be kept for a transaction or a replication slot that is ` +
        `older than their removal. Scrub again when it has ended.`,
    ];
  }
  await session.run(`ANALYZE ${table}`);
  return [];
}

async function namesWithDeadRows(session: PostgresSession, parent: string): Promise<ReadonlySet<string>> {
  const { rows } = await session.run(
    `SELECT relname AS name FROM pg_inherits JOIN pg_stat_all_tables ON relid = inhrelid
     WHERE inhparent = to_regclass($1) AND n_dead_tup > 0`,
    [parent],
  );
  return new Set(rows.map(({ name }) => String(name)));
}

async function hasDeadRows(session: PostgresSession, table: string): Promise<boolean> {
  const { rows } = await session.run(
    'SELECT n_dead_tup > 0 AS any_left FROM pg_stat_all_tables WHERE relid = to_regclass($1)',
    [table],
  );
  return rows[0]?.['any_left'] === 't';
}

/** What no statement reaches: sentences for whoever asked for the erasure. */
async function copiesElsewhere(session: PostgresSession): Promise<readonly string[]> {
  const { rows } = await session.run(
    `SELECT current_setting('archive_mode') AS archive_mode, (SELECT count(*) FROM pg_replication_slots) AS slots`,
  );
  const { archive_mode: archiveMode, slots } = rows[0] ?? {};
  const copies = [
    'Backups and dumps of the PostgreSQL database that were made before hold what was removed, until they are deleted.',
    "The server's write-ahead log holds what was removed until its segments are recycled: some checkpoints later.",
  ];
  if (archiveMode !== 'off') {
    copies.push('The archive of the write-ahead log holds what was removed as long as its files are kept.');
  }
  if (Number(slots) > 0) {
    copies.push('Replicas and subscribers hold what was removed until they have replayed the erasure.');
  }
  return copies;
}
