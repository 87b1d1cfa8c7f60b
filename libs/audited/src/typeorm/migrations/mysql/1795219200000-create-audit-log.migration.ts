import type { MigrationInterface, QueryRunner } from 'typeorm';
import { flavourOf } from '../../mysql/mysql-flavour.js';

/**
 * The log on MySQL and MariaDB: records, heads, and the triggers that keep both append-only.
 *
 * Texts compare byte by byte, without padding; times are ISO 8601 texts and no column has a type that the server would
 * convert, so what comes back is what was hashed. Search columns have room for more than a key may hold (3072 bytes), so
 * their indexes hold the first 128 characters; the server compares the rest in the row.
 *
 * Every statement commits by itself (MySQL knows no other way), so each of them may be met half done by the next attempt.
 *
 * The triggers keep honest programs honest; who can drop a trigger can do anything, and is found by `verify`. TRUNCATE
 * goes by all triggers: it needs the DROP right, which the account of the application must not have.
 */
export class CreateAuditLog1795219200000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1795219200000';

  async up(runner: QueryRunner): Promise<void> {
    const versions: readonly { version: string }[] = await runner.query('SELECT VERSION() AS version');
    const { exactCollation } = flavourOf(versions[0]?.version ?? '');
    const tableOptions = `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE ${exactCollation}`;
    for (const table of TABLES) {
      await runner.query(`${table} ${tableOptions}`);
    }
    const existing: readonly { name: string }[] = await runner.query(
      'SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()',
    );
    const names = new Set(existing.map(({ name }) => name));
    for (const [name, definition] of TRIGGERS) {
      // MySQL knows IF NOT EXISTS for triggers only since 8.0.29.
      if (!names.has(name)) {
        await runner.query(`CREATE TRIGGER ${name} ${definition}`);
      }
    }
  }

  down(): Promise<void> {
    return Promise.reject(new Error('An audit log is never dropped by a migration; drop its database instead.'));
  }
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS audit_records (
    sequence BIGINT NOT NULL AUTO_INCREMENT,
    chain VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    previous_hash VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    scheme VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    occurred_at VARCHAR(64) NOT NULL,
    recorded_at VARCHAR(64) NOT NULL,
    type MEDIUMTEXT NOT NULL,
    stage VARCHAR(64) NOT NULL,
    severity VARCHAR(64) NOT NULL,
    risk VARCHAR(64) NOT NULL,
    outcome VARCHAR(64) NOT NULL,
    actor_id MEDIUMTEXT,
    actor_kind VARCHAR(64) NOT NULL,
    actor_email MEDIUMTEXT,
    actor_ip MEDIUMTEXT,
    tenant_id MEDIUMTEXT,
    resource_type MEDIUMTEXT,
    resource_id MEDIUMTEXT,
    session_id MEDIUMTEXT,
    correlation_id MEDIUMTEXT,
    trace_id MEDIUMTEXT,
    component MEDIUMTEXT,
    environment MEDIUMTEXT,
    transport VARCHAR(64) NOT NULL,
    route MEDIUMTEXT,
    status BIGINT,
    salt VARCHAR(64),
    personal LONGTEXT,
    body LONGTEXT NOT NULL,
    PRIMARY KEY (sequence),
    UNIQUE KEY audit_records_chain_position (chain, position),
    UNIQUE KEY audit_records_id (id),
    KEY audit_records_occurred_at (occurred_at),
    KEY audit_records_type (type(128), sequence),
    KEY audit_records_actor (actor_id(128), sequence),
    KEY audit_records_resource (resource_type(128), resource_id(128), sequence),
    KEY audit_records_correlation (correlation_id(128))
  )`,
  `CREATE TABLE IF NOT EXISTS audit_heads (
    chain VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    PRIMARY KEY (chain)
  )`,
];

const refuse = (message: string): string => `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${message}'`;

/** Names and definitions. REPLACE is a DELETE to the triggers, so it is refused as well. */
const TRIGGERS: readonly (readonly [name: string, definition: string])[] = [
  [
    'audit_records_refuse_update',
    `BEFORE UPDATE ON audit_records FOR EACH ROW ${refuse('audit_records is append-only: UPDATE refused')}`,
  ],
  [
    'audit_records_refuse_delete',
    `BEFORE DELETE ON audit_records FOR EACH ROW ${refuse('audit_records is append-only: DELETE refused')}`,
  ],
  [
    'audit_heads_refuse_rewind',
    // A head that stays exactly as it is may be "updated": that is how a new chain's row is locked without a race.
    `BEFORE UPDATE ON audit_heads FOR EACH ROW
      IF NEW.chain <> OLD.chain OR NEW.position < OLD.position
        OR (NEW.position = OLD.position AND NEW.hash <> OLD.hash)
      THEN ${refuse('audit_heads only moves forward: UPDATE refused')};
      END IF`,
  ],
  [
    'audit_heads_refuse_delete',
    `BEFORE DELETE ON audit_heads FOR EACH ROW ${refuse('audit_heads is append-only: DELETE refused')}`,
  ],
];
