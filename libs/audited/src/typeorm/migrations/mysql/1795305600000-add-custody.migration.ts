import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ERASED_COLUMNS, SEALED_COLUMNS } from '../../custody/guarded-columns.js';
import { flavourOf } from '../../mysql/mysql-flavour.js';

/**
 * What proof and custody need: the code of keyed seals, the tiles of the Merkle trees, the signed checkpoints, and a way
 * past the triggers for exactly two things, erasing a person and pruning the front of a chain.
 *
 * Whoever does one of the two puts a permit into `audit_permits` and takes it out again, in the transaction that does it;
 * so nobody else ever sees one, and everything else stays refused. An account that may not DELETE can do neither.
 *
 * Every statement commits by itself (MySQL knows no other way), so each of them may be met half done by the next attempt.
 */
export class AddCustody1795305600000 implements MigrationInterface {
  readonly name = 'AddCustody1795305600000';

  async up(runner: QueryRunner): Promise<void> {
    const columns: readonly unknown[] = await runner.query(
      `SELECT 1 FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'audit_records' AND COLUMN_NAME = 'mac'`,
    );
    if (columns.length === 0) {
      await runner.query('ALTER TABLE audit_records ADD COLUMN mac VARCHAR(128)');
    }
    const versions: readonly { version: string }[] = await runner.query('SELECT VERSION() AS version');
    const { exactCollation } = flavourOf(versions[0]?.version ?? '');
    const tableOptions = `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE ${exactCollation}`;
    for (const table of TABLES) {
      await runner.query(`${table} ${tableOptions}`);
    }
    for (const [name, definition] of TRIGGERS) {
      await runner.query(`DROP TRIGGER IF EXISTS ${name}`);
      await runner.query(`CREATE TRIGGER ${name} ${definition}`);
    }
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('Checkpoints and tiles are proof, and are never dropped; restore a backup instead.'),
    );
  }
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS audit_tiles (
    chain VARCHAR(64) NOT NULL,
    level INT NOT NULL,
    tile BIGINT NOT NULL,
    hashes MEDIUMTEXT NOT NULL,
    PRIMARY KEY (chain, level, tile)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_checkpoints (
    sequence BIGINT NOT NULL AUTO_INCREMENT,
    chain VARCHAR(64) NOT NULL,
    size BIGINT NOT NULL,
    root VARCHAR(64) NOT NULL,
    signed_at VARCHAR(64) NOT NULL,
    note MEDIUMTEXT NOT NULL,
    PRIMARY KEY (sequence),
    KEY audit_checkpoints_size (chain, size)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_permits (
    operation VARCHAR(16) NOT NULL,
    chain VARCHAR(64) NOT NULL,
    through BIGINT NOT NULL,
    PRIMARY KEY (operation, chain)
  )`,
];

const refuse = (message: string): string => `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${message}'`;

/** True when the permit of an operation covers the row. */
const permitted = (operation: string): string =>
  `EXISTS (SELECT 1 FROM audit_permits
    WHERE operation = '${operation}' AND chain = OLD.chain AND through >= OLD.position)`;

const erasesOnly = [
  ...ERASED_COLUMNS.map((column) => `NEW.${column} IS NULL`),
  ...SEALED_COLUMNS.map((column) => `NEW.${column} <=> OLD.${column}`),
].join(' AND ');

/** Names and definitions; the first two take the place of what the migration before made. */
const TRIGGERS: readonly (readonly [name: string, definition: string])[] = [
  [
    'audit_records_refuse_update',
    `BEFORE UPDATE ON audit_records FOR EACH ROW
      IF NOT (${permitted('erase')} AND ${erasesOnly})
      THEN ${refuse('audit_records is append-only: UPDATE refused')};
      END IF`,
  ],
  [
    'audit_records_refuse_delete',
    `BEFORE DELETE ON audit_records FOR EACH ROW
      IF NOT ${permitted('prune')}
      THEN ${refuse('audit_records is append-only: DELETE refused')};
      END IF`,
  ],
  [
    'audit_tiles_refuse_narrowing',
    `BEFORE UPDATE ON audit_tiles FOR EACH ROW
      IF NEW.chain <> OLD.chain OR NEW.level <> OLD.level OR NEW.tile <> OLD.tile
        OR CHAR_LENGTH(NEW.hashes) < CHAR_LENGTH(OLD.hashes)
      THEN ${refuse('audit_tiles only grow: UPDATE refused')};
      END IF`,
  ],
  [
    'audit_tiles_refuse_delete',
    `BEFORE DELETE ON audit_tiles FOR EACH ROW ${refuse('audit_tiles only grow: DELETE refused')}`,
  ],
  [
    'audit_checkpoints_refuse_update',
    `BEFORE UPDATE ON audit_checkpoints FOR EACH ROW ${refuse('audit_checkpoints is append-only: UPDATE refused')}`,
  ],
  [
    'audit_checkpoints_refuse_delete',
    `BEFORE DELETE ON audit_checkpoints FOR EACH ROW ${refuse('audit_checkpoints is append-only: DELETE refused')}`,
  ],
];
