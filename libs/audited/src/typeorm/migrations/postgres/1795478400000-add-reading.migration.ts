import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../postgres/postgres-names.js';

/**
 * What makes reading fast, all of it made of the log alone: which rows have a value (`audit_facets`), what can be searched
 * (`audit_documents`), counts by time and by name, and how far each of them has come. None of it is proof: to
 * make one of them anew, delete its rows and its row in `audit_projections`.
 *
 * `audit_secrets` holds the key that cursors of pages are signed with, so that every process accepts those of the others.
 */
export class AddPostgresReading1795478400000 implements MigrationInterface {
  readonly name = 'AddPostgresReading1795478400000';

  async up(runner: QueryRunner): Promise<void> {
    const schema = schemaOf(runner);
    for (const statement of statements(schema)) {
      await runner.query(statement);
    }
    await runner.query(`DO $do$ ${searchIndex(schema)} $do$`);
    await runner.query(`INSERT INTO ${schema}.audit_secrets (name, value) VALUES ($1, $2)`, [
      'cursor',
      randomBytes(32).toString('hex'),
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('An older version finds a newer schema and refuses it; restore a backup instead.'));
  }
}

const text = 'TEXT COLLATE "C"';

/**
 * Trigrams find any part of a word. Where the extension is not there and can not be had (a missing right, a server without
 * it), the log does without the index; it is made at a later start, once the extension is there.
 */
const searchIndex = (schema: string): string => `
  DECLARE space TEXT;
  BEGIN
    BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
    SELECT format('%I', nspname) INTO space FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
      WHERE extname = 'pg_trgm';
    IF FOUND THEN
      EXECUTE 'CREATE INDEX audit_documents_trigrams ON ${schema.replaceAll("'", "''")}.audit_documents
        USING gin (document ' || space || '.gin_trgm_ops)';
    END IF;
  EXCEPTION WHEN insufficient_privilege THEN
    NULL;
  END`;

const statements = (schema: string): readonly string[] => [
  `CREATE TABLE ${schema}.audit_projections (
    projection ${text} NOT NULL,
    chain ${text} NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (projection, chain)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE ${schema}.audit_facets (
    sequence BIGINT NOT NULL,
    facet SMALLINT NOT NULL,
    value ${text} NOT NULL,
    PRIMARY KEY (facet, value, sequence)
  )`,
  // No statistics of personal values: no erasure would reach them there.
  `ALTER TABLE ${schema}.audit_facets ALTER COLUMN value SET STATISTICS 0`,
  `CREATE TABLE ${schema}.audit_documents (sequence BIGINT NOT NULL PRIMARY KEY, document ${text} NOT NULL)`,
  // One row a kind of record and time: spans of 1, 15 and 1440 minutes; step = number of the span since the epoch.
  `CREATE TABLE ${schema}.audit_counts (
    step BIGINT NOT NULL,
    count BIGINT NOT NULL,
    span SMALLINT NOT NULL,
    chain ${text} NOT NULL,
    tenant_id ${text} NOT NULL,
    type ${text} NOT NULL,
    severity ${text} NOT NULL,
    outcome ${text} NOT NULL,
    risk ${text} NOT NULL,
    environment ${text} NOT NULL,
    PRIMARY KEY (chain, span, step, tenant_id, type, severity, outcome, risk, environment)
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE ${schema}.audit_names (
    day BIGINT NOT NULL,
    count BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    chain ${text} NOT NULL,
    tenant_id ${text} NOT NULL,
    type ${text} NOT NULL,
    name ${text} NOT NULL,
    PRIMARY KEY (chain, day, kind, tenant_id, type, name)
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE ${schema}.audit_secrets (name ${text} NOT NULL PRIMARY KEY, value ${text} NOT NULL)`,
];
