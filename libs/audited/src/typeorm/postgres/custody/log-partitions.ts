import type { PostgresSession } from '../postgres-session.js';

/** A partition of `audit_records`. */
export interface LogPartition {
  readonly name: string;
  /** With its schema, quoted. */
  readonly table: string;
  /** Rows, indexes and what is stored out of line. */
  readonly bytes: number;
  /** Its months are over: nobody appends to it any more. Never true of the default partition. */
  readonly isPast: boolean;
  /** The role may rewrite and drop it. */
  readonly isOurs: boolean;
}

/**
 * The partitions that hold rows, by name.
 *
 * @param parent `audit_records` with its schema, quoted
 */
export async function logPartitions(
  session: PostgresSession,
  parent: string,
  now: Date,
): Promise<readonly LogPartition[]> {
  const { rows } = await session.run(
    `SELECT child.relname AS name, format('%I.%I', space.nspname, child.relname) AS table,
       pg_get_expr(child.relpartbound, child.oid) AS bound, pg_total_relation_size(child.oid) AS bytes,
       pg_has_role(child.relowner, 'USAGE') AND pg_has_role(parent.relowner, 'USAGE') AS is_ours
     FROM pg_class parent JOIN pg_inherits ON inhparent = parent.oid JOIN pg_class child ON child.oid = inhrelid
       JOIN pg_namespace space ON space.oid = child.relnamespace
     WHERE parent.oid = to_regclass($1) AND child.relkind = 'r' ORDER BY child.relname`,
    [parent],
  );
  return rows.map((row) => ({
    name: String(row['name']),
    table: String(row['table']),
    bytes: Number(row['bytes']),
    isPast: endsBefore(String(row['bound']), now),
    isOurs: row['is_ours'] === 't',
  }));
}

/** Whether the upper bound of a partition is no later than the beginning of this month. */
export function endsBefore(bound: string, now: Date): boolean {
  const upper = / TO \('([^']+)'\)$/.exec(bound)?.[1];
  return upper !== undefined && upper <= now.toISOString().slice(0, 7);
}
