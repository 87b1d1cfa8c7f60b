import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { flavourOf } from '../../mysql/mysql-flavour.js';

/**
 * What makes reading fast, all of it made of the log alone: which rows have a value (`audit_facets`), what can be searched
 * (`audit_documents`), counts by time and by name, and how far each of them has come. None of it is proof: to
 * make one of them anew, delete its rows and its row in `audit_projections`.
 *
 * `audit_secrets` holds the key that cursors of pages are signed with, so that every process accepts those of the others.
 *
 * Every statement commits by itself (MySQL knows no other way), so each of them may be met half done by the next attempt.
 */
export class AddReading1795478400000 implements MigrationInterface {
  readonly name = 'AddReading1795478400000';

  async up(runner: QueryRunner): Promise<void> {
    const versions: readonly { version: string }[] = await runner.query('SELECT VERSION() AS version');
    const { exactCollation } = flavourOf(versions[0]?.version ?? '');
    const tableOptions = `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE ${exactCollation}`;
    for (const table of TABLES) {
      await runner.query(`${table} ${tableOptions}`);
    }
    await runner.query('INSERT INTO audit_secrets (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = value', [
      'cursor',
      randomBytes(32).toString('hex'),
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('An older version finds a newer schema and refuses it; restore a backup instead.'));
  }
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS audit_projections (
    projection VARCHAR(32) NOT NULL,
    chain VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (projection, chain)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_facets (
    facet SMALLINT NOT NULL,
    value VARCHAR(160) NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (facet, value, sequence)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_documents (
    sequence BIGINT NOT NULL,
    document LONGTEXT NOT NULL,
    PRIMARY KEY (sequence)
  )`,
  // One row a kind of record and time: spans of 1, 15 and 1440 minutes; step = number of the span since the epoch.
  `CREATE TABLE IF NOT EXISTS audit_counts (
    chain VARCHAR(64) NOT NULL,
    span SMALLINT NOT NULL,
    step BIGINT NOT NULL,
    tenant_id VARCHAR(128) NOT NULL,
    type VARCHAR(160) NOT NULL,
    severity VARCHAR(40) NOT NULL,
    outcome VARCHAR(40) NOT NULL,
    risk VARCHAR(40) NOT NULL,
    environment VARCHAR(96) NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (chain, span, step, tenant_id, type, severity, outcome, risk, environment)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_names (
    chain VARCHAR(64) NOT NULL,
    day BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    tenant_id VARCHAR(128) NOT NULL,
    type VARCHAR(160) NOT NULL,
    name VARCHAR(320) NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (chain, day, kind, tenant_id, type, name)
  )`,
  'CREATE TABLE IF NOT EXISTS audit_secrets (name VARCHAR(64) NOT NULL, value VARCHAR(255) NOT NULL, PRIMARY KEY (name))',
];
