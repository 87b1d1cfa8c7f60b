import { DatabaseUnusableError, SchemaTooNewError } from '../../event/audit.error.js';
import { quoted } from './postgres-names.js';
import { MIGRATIONS, MIGRATIONS_TABLE, type PostgresPool } from './postgres-pool.js';
import type { PostgresSession } from './postgres-session.js';
import { addSearchIndex } from './postgres-search-index.js';
import type { PostgresSettings } from './postgres.options.js';
import { INDEX_TABLES } from '../reading/projections/index-tables.js';

/** Row triggers on partitioned tables came with this version. */
const MIN_SERVER_VERSION = 130_000;
const MIGRATION_LIMIT = { limitMs: 60_000, option: 'the limit for migrations' };

type Rights = Readonly<Record<string, readonly string[]>>;

/** What the role of an application needs, when another role set the log up. */
const NEEDED_RIGHTS: Rights = {
  audit_records: ['SELECT', 'INSERT'],
  audit_heads: ['SELECT', 'INSERT', 'UPDATE'],
  audit_tiles: ['SELECT', 'INSERT', 'UPDATE'],
  audit_checkpoints: ['SELECT', 'INSERT'],
  ...Object.fromEntries(INDEX_TABLES.map((table) => [table, ['SELECT', 'INSERT', 'UPDATE']])),
  audit_secrets: ['SELECT'],
};

/** What is enough for whoever only looks. */
const RIGHTS_TO_READ: Rights = Object.fromEntries(
  [...Object.keys(NEEDED_RIGHTS), MIGRATIONS_TABLE].map((table) => [table, ['SELECT']]),
);

/**
 * Makes sure that the log is there, of this version, and that the role may use it. Migrates where something is missing:
 * of several processes that open a new database at the same time, one does, and the others find it done.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export async function prepareSchema(pool: PostgresPool, settings: PostgresSettings): Promise<void> {
  await pool.use(MIGRATION_LIMIT, async (session) => {
    await checkServer(session, settings);
    await refuseReadOnly(session, settings);
    if ((await missingMigrations(session, settings)).length > 0) {
      await migrate(pool, session, settings);
    }
    await checkRights(session, settings, NEEDED_RIGHTS);
    await addSearchIndex(session, settings.schema);
  });
}

/**
 * Makes sure that the log is there, of this version, and that the role may read it. Changes nothing.
 *
 * @throws DatabaseUnusableError, SchemaTooNewError with a cure
 */
export async function requireSchema(pool: PostgresPool, settings: PostgresSettings): Promise<void> {
  await pool.use(MIGRATION_LIMIT, async (session) => {
    await checkServer(session, settings);
    const { place, schema } = settings;
    if (!(await hasMigrations(session, settings))) {
      const cure = 'Check the address; nothing was made.';
      throw new DatabaseUnusableError(place, `holds no audit log in schema "${schema}"`, cure);
    }
    await checkRights(session, settings, { [MIGRATIONS_TABLE]: ['SELECT'] });
    const missing = await missingMigrations(session, settings);
    if (missing.length > 0) {
      throw new DatabaseUnusableError(
        place,
        'is of an older version of this package',
        'Bring it up to date first: start the application with this version once.',
      );
    }
    await checkRights(session, settings, RIGHTS_TO_READ);
  });
}

async function checkServer(session: PostgresSession, { place }: PostgresSettings): Promise<void> {
  const { rows } = await session.run(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_name,
       current_setting('server_encoding') AS encoding`,
  );
  const { version, version_name: versionName, encoding } = rows[0] ?? {};
  if (Number(version) < MIN_SERVER_VERSION) {
    throw new DatabaseUnusableError(place, `runs on PostgreSQL ${versionName}`, 'Use version 13 or later.');
  }
  if (encoding !== 'UTF8') {
    const cure = "Create one that does: CREATE DATABASE audit ENCODING 'UTF8' TEMPLATE template0.";
    throw new DatabaseUnusableError(place, `has the encoding ${encoding}, which does not hold every text`, cure);
  }
}

async function refuseReadOnly(session: PostgresSession, { place }: PostgresSettings): Promise<void> {
  const { rows } = await session.run(`SELECT current_setting('transaction_read_only') AS read_only`);
  if (rows[0]?.['read_only'] === 'on') {
    throw new DatabaseUnusableError(
      place,
      'is read-only: a replica, or set so',
      'Connect to the primary server, with a role and a database whose default_transaction_read_only is off.',
    );
  }
}

async function hasMigrations(session: PostgresSession, { schema }: PostgresSettings): Promise<boolean> {
  const { rows } = await session.run(
    `SELECT 1 FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace WHERE nspname = $1 AND relname = $2`,
    [schema, MIGRATIONS_TABLE],
  );
  return rows.length > 0;
}

async function missingMigrations(session: PostgresSession, settings: PostgresSettings): Promise<readonly string[]> {
  const { place, schema } = settings;
  const known = MIGRATIONS.map((migration) => migration.name);
  if (!(await hasMigrations(session, settings))) {
    return known;
  }
  const { rows } = await session.run(`SELECT name FROM ${quoted(schema)}.${MIGRATIONS_TABLE}`);
  const applied = rows.map((row) => String(row['name']));
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new SchemaTooNewError(place, unknown, 'use another "schema" or database');
  }
  return known.filter((name) => !applied.includes(name));
}

async function migrate(pool: PostgresPool, session: PostgresSession, settings: PostgresSettings): Promise<void> {
  const lock = `hashtext('nestjs-audited ' || $1)`;
  const { schema } = settings;
  await session.run(
    `SET statement_timeout = ${MIGRATION_LIMIT.limitMs}; SET lock_timeout = ${MIGRATION_LIMIT.limitMs}`,
  );
  try {
    await session.run(`SELECT pg_advisory_lock(${lock})`, [schema]);
    const { rows } = await session.run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
    if (rows.length === 0) {
      await session.run(`CREATE SCHEMA ${quoted(schema)}`);
    }
    if ((await missingMigrations(session, settings)).length > 0) {
      await pool.source.runMigrations({ transaction: 'all' });
    }
  } finally {
    await session.run('SELECT pg_advisory_unlock_all()');
    await session.run('RESET statement_timeout; RESET lock_timeout');
  }
}

async function checkRights(
  session: PostgresSession,
  { place, schema, username }: PostgresSettings,
  rightsOf: Rights,
): Promise<void> {
  const needed = Object.entries(rightsOf).flatMap(([table, rights]) => rights.map((right) => [table, right] as const));
  const checks = needed.map(
    ([table, right], index) =>
      `has_table_privilege(to_regclass('${quoted(schema).replaceAll("'", "''")}.${table}'), '${right}') AS r${index}`,
  );
  const { rows } = await session.run(`SELECT ${checks.join(', ')}`);
  const missing = needed.filter((_, index) => rows[0]?.[`r${index}`] !== 't');
  if (missing.length === 0) {
    return;
  }
  const grants = Object.entries(rightsOf).map(
    ([table, rights]) => `GRANT ${rights.join(', ')} ON ${quoted(schema)}.${table} TO ${quoted(username)};`,
  );
  throw new DatabaseUnusableError(
    place,
    `does not give role "${username}" the right to ${missing.map(([table, right]) => `${right} on ${table}`).join(', ')}`,
    `Run as the owner of the tables: ${grants.join(' ')}`,
  );
}
