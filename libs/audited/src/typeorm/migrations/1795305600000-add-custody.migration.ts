import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ERASED_COLUMNS, SEALED_COLUMNS } from '../custody/guarded-columns.js';

/**
 * What proof and custody need: the code of keyed seals, the tiles of the Merkle trees, the signed checkpoints, and a way
 * past the triggers for exactly two things, erasing a person and pruning the front of a chain.
 *
 * Whoever does one of the two puts a permit into `audit_permits` and takes it out again, in the transaction that does it;
 * so nobody else ever sees one, and everything else stays refused.
 */
export class AddCustody1795305600000 implements MigrationInterface {
  readonly name = 'AddCustody1795305600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('Checkpoints and tiles are proof, and are never dropped; restore a backup instead.'),
    );
  }
}

/** True when the permit of an operation covers the row. */
const permitted = (operation: string): string =>
  `EXISTS (SELECT 1 FROM audit_permits
    WHERE operation = '${operation}' AND chain = OLD.chain AND through >= OLD.position)`;

const erasesOnly = [
  ...ERASED_COLUMNS.map((column) => `NEW.${column} IS NULL`),
  ...SEALED_COLUMNS.map((column) => `NEW.${column} IS OLD.${column}`),
].join(' AND ');

const STATEMENTS = [
  'ALTER TABLE audit_records ADD COLUMN mac TEXT',
  // With a rowid: a tile is larger than a page, and a tree of such rows would be slow.
  `CREATE TABLE audit_tiles (
    chain TEXT NOT NULL,
    level INTEGER NOT NULL,
    tile INTEGER NOT NULL,
    hashes TEXT NOT NULL,
    PRIMARY KEY (chain, level, tile)
  )`,
  `CREATE TABLE audit_checkpoints (
    sequence INTEGER PRIMARY KEY,
    chain TEXT NOT NULL,
    size INTEGER NOT NULL,
    root TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    note TEXT NOT NULL
  )`,
  'CREATE INDEX audit_checkpoints_size ON audit_checkpoints (chain, size)',
  `CREATE TABLE audit_permits (
    operation TEXT NOT NULL CHECK (operation IN ('erase', 'prune')),
    chain TEXT NOT NULL,
    through INTEGER NOT NULL,
    PRIMARY KEY (operation, chain)
  ) WITHOUT ROWID`,
  'DROP TRIGGER IF EXISTS audit_records_refuse_update',
  `CREATE TRIGGER audit_records_refuse_update BEFORE UPDATE ON audit_records
    WHEN NOT (${permitted('erase')} AND ${erasesOnly})
    BEGIN SELECT RAISE(ABORT, 'audit_records is append-only: UPDATE refused'); END`,
  'DROP TRIGGER IF EXISTS audit_records_refuse_delete',
  `CREATE TRIGGER audit_records_refuse_delete BEFORE DELETE ON audit_records
    WHEN NOT ${permitted('prune')}
    BEGIN SELECT RAISE(ABORT, 'audit_records is append-only: DELETE refused'); END`,
  `CREATE TRIGGER audit_tiles_refuse_narrowing BEFORE UPDATE ON audit_tiles
    WHEN NEW.chain <> OLD.chain OR NEW.level <> OLD.level OR NEW.tile <> OLD.tile
      OR length(NEW.hashes) < length(OLD.hashes)
    BEGIN SELECT RAISE(ABORT, 'audit_tiles only grow: UPDATE refused'); END`,
  `CREATE TRIGGER audit_tiles_refuse_delete BEFORE DELETE ON audit_tiles
    BEGIN SELECT RAISE(ABORT, 'audit_tiles only grow: DELETE refused'); END`,
  `CREATE TRIGGER audit_checkpoints_refuse_update BEFORE UPDATE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, 'audit_checkpoints is append-only: UPDATE refused'); END`,
  `CREATE TRIGGER audit_checkpoints_refuse_delete BEFORE DELETE ON audit_checkpoints
    BEGIN SELECT RAISE(ABORT, 'audit_checkpoints is append-only: DELETE refused'); END`,
];
