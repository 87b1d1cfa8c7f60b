import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log: records, heads, and the triggers that keep both append-only.
 *
 * Texts compare byte by byte (SQLite's BINARY collation), times are ISO 8601 texts: nothing is
 * normalised by the database, so what comes back is what was hashed. There is no unique index on
 * hashes: random keys cost ingest, and the position already decides.
 *
 * The triggers keep honest programs honest; who can drop a trigger can do anything, and is found by `verify`. So
 * `INSERT OR REPLACE` on records, which deletes without a word to a trigger, is left to `verify` as well: a trigger that
 * refuses it (BEFORE INSERT) took 30 % of the ingest when it was measured.
 */
export class CreateAuditLog1795219200000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1795219200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(new Error('An audit log is never dropped by a migration; remove the database file instead.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE audit_records (
    sequence INTEGER PRIMARY KEY,
    chain TEXT NOT NULL,
    position INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    occurred_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    type TEXT NOT NULL,
    stage TEXT NOT NULL,
    severity TEXT NOT NULL,
    risk TEXT NOT NULL,
    outcome TEXT NOT NULL,
    actor_id TEXT,
    actor_kind TEXT NOT NULL,
    actor_email TEXT,
    actor_ip TEXT,
    tenant_id TEXT,
    resource_type TEXT,
    resource_id TEXT,
    session_id TEXT,
    correlation_id TEXT,
    trace_id TEXT,
    component TEXT,
    environment TEXT,
    transport TEXT NOT NULL,
    route TEXT,
    status INTEGER,
    salt TEXT,
    personal TEXT,
    body TEXT NOT NULL
  )`,
  'CREATE UNIQUE INDEX audit_records_chain_position ON audit_records (chain, position)',
  'CREATE UNIQUE INDEX audit_records_id ON audit_records (id)',
  'CREATE INDEX audit_records_occurred_at ON audit_records (occurred_at)',
  'CREATE INDEX audit_records_type ON audit_records (type, sequence)',
  'CREATE INDEX audit_records_actor ON audit_records (actor_id, sequence) WHERE actor_id IS NOT NULL',
  `CREATE INDEX audit_records_resource ON audit_records (resource_type, resource_id, sequence)
    WHERE resource_type IS NOT NULL`,
  'CREATE INDEX audit_records_correlation ON audit_records (correlation_id) WHERE correlation_id IS NOT NULL',
  'CREATE TABLE audit_heads (chain TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID',
  `CREATE TRIGGER audit_records_refuse_update BEFORE UPDATE ON audit_records
    BEGIN SELECT RAISE(ABORT, 'audit_records is append-only: UPDATE refused'); END`,
  `CREATE TRIGGER audit_records_refuse_delete BEFORE DELETE ON audit_records
    BEGIN SELECT RAISE(ABORT, 'audit_records is append-only: DELETE refused'); END`,
  `CREATE TRIGGER audit_heads_refuse_rewind BEFORE UPDATE ON audit_heads
    WHEN NEW.chain <> OLD.chain OR NEW.position <= OLD.position
    BEGIN SELECT RAISE(ABORT, 'audit_heads only moves forward: UPDATE refused'); END`,
  // INSERT OR REPLACE removes the old row without a word to the two triggers around this one.
  `CREATE TRIGGER audit_heads_refuse_replace BEFORE INSERT ON audit_heads
    WHEN EXISTS (SELECT 1 FROM audit_heads WHERE chain = NEW.chain AND position >= NEW.position)
    BEGIN SELECT RAISE(ABORT, 'audit_heads only moves forward: INSERT refused'); END`,
  `CREATE TRIGGER audit_heads_refuse_delete BEFORE DELETE ON audit_heads
    BEGIN SELECT RAISE(ABORT, 'audit_heads is append-only: DELETE refused'); END`,
];
