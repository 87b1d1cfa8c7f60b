import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ERASED_COLUMNS } from '../../custody/guarded-columns.js';
import { schemaOf } from '../../postgres/postgres-names.js';
import { unsampledColumns } from '../../postgres/postgres-partitions.js';

/**
 * What proof and custody need: the code of keyed seals, the tiles of the Merkle trees, the signed checkpoints, and a way
 * past the triggers for exactly two things, erasing a person and pruning the front of a chain.
 *
 * Whoever does one of the two puts a permit into `audit_permits` and takes it out again, in the transaction that does it;
 * so nobody else ever sees one, and everything else stays refused. A role without rights on that table can do neither.
 */
export class AddPostgresCustody1795305600000 implements MigrationInterface {
  readonly name = 'AddPostgresCustody1795305600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements(schemaOf(runner))) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('Checkpoints and tiles are proof, and are never dropped; restore a backup instead.'),
    );
  }
}

const text = 'TEXT COLLATE "C"';

const statements = (schema: string): readonly string[] => [
  `ALTER TABLE ${schema}.audit_records ADD COLUMN mac ${text}`,
  // The same type again: it changes no row, and makes the server forget what it sampled of these columns.
  ...ERASED_COLUMNS.map((column) => `ALTER TABLE ${schema}.audit_records ALTER COLUMN ${column} TYPE ${text}`),
  ...unsampledColumns(schema, 'audit_records'),
  `CREATE TABLE ${schema}.audit_tiles (
    chain ${text} NOT NULL,
    level INTEGER NOT NULL,
    tile BIGINT NOT NULL,
    hashes ${text} NOT NULL,
    PRIMARY KEY (chain, level, tile)
  )`,
  // Hashes do not get smaller, however long the server tries.
  `ALTER TABLE ${schema}.audit_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL`,
  `CREATE TABLE ${schema}.audit_checkpoints (
    sequence BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain ${text} NOT NULL,
    size BIGINT NOT NULL,
    root ${text} NOT NULL,
    signed_at ${text} NOT NULL,
    note ${text} NOT NULL
  )`,
  `CREATE INDEX audit_checkpoints_size ON ${schema}.audit_checkpoints (chain, size)`,
  `CREATE TABLE ${schema}.audit_permits (
    operation ${text} NOT NULL CHECK (operation IN ('erase', 'prune')),
    chain ${text} NOT NULL,
    through BIGINT NOT NULL,
    PRIMARY KEY (operation, chain)
  )`,
  `CREATE FUNCTION ${schema}.audit_records_guard() RETURNS trigger LANGUAGE plpgsql AS $function$
    DECLARE
      erased RECORD;
    BEGIN
      IF EXISTS (
        SELECT FROM ${schema}.audit_permits
          WHERE operation = CASE TG_OP WHEN 'UPDATE' THEN 'erase' ELSE 'prune' END
            AND chain = OLD.chain AND through >= OLD.position
      ) THEN
        IF TG_OP = 'DELETE' THEN
          RETURN OLD;
        END IF;
        erased := OLD;
        ${ERASED_COLUMNS.map((column) => `erased.${column} := NULL;`).join('\n        ')}
        -- Byte for byte: what is equal under a collation need not be the same.
        IF NEW *= erased THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION 'audit_records is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $function$`,
  `CREATE FUNCTION ${schema}.audit_refuse_narrowing() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
      RAISE EXCEPTION 'audit_tiles only grow: UPDATE refused' USING ERRCODE = 'integrity_constraint_violation';
    END $function$`,
  // Dropped from and cloned to every partition by the server.
  `DROP TRIGGER audit_records_refuse_change ON ${schema}.audit_records`,
  `CREATE TRIGGER audit_records_refuse_change BEFORE UPDATE OR DELETE ON ${schema}.audit_records
    FOR EACH ROW EXECUTE FUNCTION ${schema}.audit_records_guard()`,
  `CREATE TRIGGER audit_tiles_refuse_narrowing BEFORE UPDATE ON ${schema}.audit_tiles
    FOR EACH ROW WHEN (NEW.chain <> OLD.chain OR NEW.level <> OLD.level OR NEW.tile <> OLD.tile
      OR length(NEW.hashes) < length(OLD.hashes))
    EXECUTE FUNCTION ${schema}.audit_refuse_narrowing()`,
  `CREATE TRIGGER audit_tiles_refuse_delete BEFORE DELETE ON ${schema}.audit_tiles
    FOR EACH ROW EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_tiles')`,
  `CREATE TRIGGER audit_tiles_refuse_truncate BEFORE TRUNCATE ON ${schema}.audit_tiles
    FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_tiles')`,
  `CREATE TRIGGER audit_checkpoints_refuse_change BEFORE UPDATE OR DELETE ON ${schema}.audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_checkpoints')`,
  `CREATE TRIGGER audit_checkpoints_refuse_truncate BEFORE TRUNCATE ON ${schema}.audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_checkpoints')`,
];
