import type { MigrationInterface, QueryRunner } from 'typeorm';
import { partitionGuards } from '../../postgres/postgres-partitions.js';
import { schemaOf } from '../../postgres/postgres-names.js';

/**
 * The log on PostgreSQL: records in monthly partitions, heads, and the triggers that keep both append-only.
 *
 * Texts compare byte by byte (collation "C"), times are ISO 8601 texts: nothing is normalised by the database, so what
 * comes back is what was hashed. `recorded_at` is the partition key, so every unique key has to hold it; that no
 * position is taken twice across months is the doing of the trigger after INSERT, which moves the head and refuses rows
 * that do not continue their chain. Columns that hold what a caller sent are indexed by their first 256 characters,
 * because no index takes a text of any length.
 *
 * The triggers keep honest programs honest; who can drop a trigger can do anything, and is found by `verify`.
 */
export class CreatePostgresAuditLog1795219200000 implements MigrationInterface {
  readonly name = 'CreatePostgresAuditLog1795219200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements(schemaOf(runner))) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(new Error('An audit log is never dropped by a migration; drop its schema instead.'));
  }
}

const text = 'TEXT COLLATE "C"';

const statements = (schema: string): readonly string[] => [
  `CREATE TABLE ${schema}.audit_heads (
    chain ${text} NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    hash ${text} NOT NULL
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE ${schema}.audit_records (
    sequence BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY,
    position BIGINT NOT NULL,
    status INTEGER,
    chain ${text} NOT NULL,
    previous_hash ${text} NOT NULL,
    hash ${text} NOT NULL,
    scheme ${text} NOT NULL,
    id ${text} NOT NULL,
    occurred_at ${text} NOT NULL,
    recorded_at ${text} NOT NULL,
    type ${text} NOT NULL,
    stage ${text} NOT NULL,
    severity ${text} NOT NULL,
    risk ${text} NOT NULL,
    outcome ${text} NOT NULL,
    actor_id ${text},
    actor_kind ${text} NOT NULL,
    actor_email ${text},
    actor_ip ${text},
    tenant_id ${text},
    resource_type ${text},
    resource_id ${text},
    session_id ${text},
    correlation_id ${text},
    trace_id ${text},
    component ${text},
    environment ${text},
    transport ${text} NOT NULL,
    route ${text},
    salt ${text},
    personal ${text},
    body ${text} NOT NULL,
    PRIMARY KEY (sequence, recorded_at)
  ) PARTITION BY RANGE (recorded_at)`,
  `CREATE UNIQUE INDEX audit_records_chain_position ON ${schema}.audit_records (chain, position, recorded_at)`,
  `CREATE UNIQUE INDEX audit_records_id ON ${schema}.audit_records (id, recorded_at)`,
  `CREATE INDEX audit_records_occurred_at ON ${schema}.audit_records (occurred_at)`,
  `CREATE INDEX audit_records_type ON ${schema}.audit_records (left(type, 256), sequence)`,
  `CREATE INDEX audit_records_actor ON ${schema}.audit_records (left(actor_id, 256), sequence)
    WHERE actor_id IS NOT NULL`,
  `CREATE INDEX audit_records_resource
    ON ${schema}.audit_records (left(resource_type, 256), left(resource_id, 256), sequence)
    WHERE resource_type IS NOT NULL`,
  `CREATE INDEX audit_records_correlation ON ${schema}.audit_records (left(correlation_id, 256), sequence)
    WHERE correlation_id IS NOT NULL`,
  `CREATE INDEX audit_records_recorded_at ON ${schema}.audit_records USING brin (recorded_at)`,
  `CREATE FUNCTION ${schema}.audit_records_continue_chain() RETURNS trigger LANGUAGE plpgsql AS $function$
    DECLARE
      batch RECORD;
    BEGIN
      FOR batch IN
        SELECT chain, min(position) AS first, max(position) AS last, count(DISTINCT position) AS places, count(*) AS rows
        FROM added GROUP BY chain
      LOOP
        UPDATE ${schema}.audit_heads AS head SET position = batch.last, hash = final.hash
          FROM added AS initial, added AS final
          WHERE head.chain = batch.chain
            AND initial.chain = batch.chain AND initial.position = batch.first
            AND final.chain = batch.chain AND final.position = batch.last
            AND head.position = batch.first - 1 AND head.hash = initial.previous_hash
            AND batch.places = batch.rows AND batch.last - batch.first + 1 = batch.rows;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'audit_records is append-only: INSERT refused, positions % to % do not continue chain %',
            batch.first, batch.last, batch.chain USING ERRCODE = 'integrity_constraint_violation';
        END IF;
      END LOOP;
      IF current_setting('synchronous_commit') = 'off' THEN
        -- A commit that is acknowledged has to survive a crash, whatever the role or the database is set to.
        PERFORM set_config('synchronous_commit', 'on', true);
      END IF;
      RETURN NULL;
    END $function$`,
  `CREATE FUNCTION ${schema}.audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
      RAISE EXCEPTION '% is append-only: % refused', TG_ARGV[0], TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END $function$`,
  `CREATE FUNCTION ${schema}.audit_refuse_rewind() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
      RAISE EXCEPTION 'audit_heads only moves forward: UPDATE refused' USING ERRCODE = 'integrity_constraint_violation';
    END $function$`,
  // Row triggers are cloned to every partition, so they also hold for who addresses a partition directly.
  `CREATE TRIGGER audit_records_refuse_change BEFORE UPDATE OR DELETE ON ${schema}.audit_records
    FOR EACH ROW EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_records')`,
  `CREATE TRIGGER audit_heads_refuse_rewind BEFORE UPDATE ON ${schema}.audit_heads
    FOR EACH ROW WHEN (NEW.chain <> OLD.chain OR NEW.position <= OLD.position)
    EXECUTE FUNCTION ${schema}.audit_refuse_rewind()`,
  `CREATE TRIGGER audit_heads_refuse_delete BEFORE DELETE ON ${schema}.audit_heads
    FOR EACH ROW EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_heads')`,
  `CREATE TRIGGER audit_heads_refuse_truncate BEFORE TRUNCATE ON ${schema}.audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.audit_refuse_change('audit_heads')`,
  ...partitionGuards(schema, 'audit_records'),
  // What belongs to no month that was created ahead is stored all the same: a clock may jump anywhere.
  `CREATE TABLE ${schema}.audit_records_default PARTITION OF ${schema}.audit_records DEFAULT`,
  ...partitionGuards(schema, 'audit_records_default'),
];
