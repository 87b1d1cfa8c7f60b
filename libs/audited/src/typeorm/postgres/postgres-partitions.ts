import { ERASED_COLUMNS } from '../custody/guarded-columns.js';
import type { PostgresSession } from './postgres-session.js';
import { quoted } from './postgres-names.js';
import { isServerError } from './postgres-failure.js';

/** A reader that looks at the default partition for long is not waited for: the next day will do. */
const LOCK_TIMEOUT_MS = 1000;

/** Statement triggers are not inherited by partitions: each table that may be addressed directly has its own. */
export function partitionGuards(schema: string, table: string): readonly string[] {
  return [
    `CREATE TRIGGER ${table}_continue_chain AFTER INSERT ON ${schema}.${table}
      REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.audit_records_continue_chain()`,
    `CREATE TRIGGER ${table}_refuse_truncate BEFORE TRUNCATE ON ${schema}.${table}
      FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_records')`,
  ];
}

/**
 * Keeps the planner's statistics from sampling personal values: no erasure would reach them there. No query filters by
 * these columns. A partition does not take this over from its table.
 */
export function unsampledColumns(schema: string, table: string): readonly string[] {
  return ERASED_COLUMNS.map((column) => `ALTER TABLE ${schema}.${table} ALTER COLUMN ${column} SET STATISTICS 0`);
}

/** The months from the one of `now` on, as bounds of `recorded_at`: `['2026-11', '2026-12']`. */
export function monthBounds(now: Date, monthsAhead: number): readonly (readonly [from: string, to: string])[] {
  const month = (offset: number): string =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString().slice(0, 7);
  return Array.from({ length: monthsAhead + 1 }, (_, offset) => [month(offset), month(offset + 1)] as const);
}

/**
 * Creates the partitions of this month and the months ahead. Whatever keeps it from doing so (rights that only the owner
 * of the table has, another process, a long read, rows that stand in the default partition already) is no failure: rows
 * of a month without a partition go to the default one.
 */
export async function addPartitions(session: PostgresSession, schemaName: string, monthsAhead: number): Promise<void> {
  const schema = quoted(schemaName);
  const { rows } = await session.run(
    `SELECT child.relname AS name,
       pg_has_role(parent.relowner, 'USAGE') AND has_schema_privilege(parent.relnamespace, 'CREATE') AS may_add
     FROM pg_class parent JOIN pg_inherits ON inhparent = parent.oid JOIN pg_class child ON child.oid = inhrelid
     WHERE parent.oid = to_regclass($1)`,
    [`${schema}.audit_records`],
  );
  const existing = new Set(rows.map((row) => row['name']));
  if (rows[0]?.['may_add'] !== 't') {
    return;
  }
  for (const [from, to] of monthBounds(new Date(), monthsAhead)) {
    const table = `audit_records_${from.replace('-', '_')}`;
    if (!existing.has(table)) {
      await addPartition(session, schema, table, [from, to]);
    }
  }
}

async function addPartition(
  session: PostgresSession,
  schema: string,
  table: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  const statements = [
    'BEGIN',
    `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
    `SELECT pg_advisory_xact_lock(hashtext('nestjs-audited partitions'))`,
    // Attached afterwards: to create it as a partition would lock out everybody who reads or writes.
    `CREATE TABLE ${schema}.${table} (LIKE ${schema}.audit_records INCLUDING DEFAULTS INCLUDING STORAGE)`,
    ...unsampledColumns(schema, table),
    ...partitionGuards(schema, table),
    `ALTER TABLE ${schema}.audit_records ATTACH PARTITION ${schema}.${table} FOR VALUES FROM ('${from}') TO ('${to}')`,
    'COMMIT',
  ];
  try {
    await session.run(statements.join(';\n'));
  } catch (error) {
    if (!isServerError(error)) {
      throw error;
    }
    await session.run('ROLLBACK');
  }
}
