import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What makes reading fast, all of it made of the log alone: which rows have a value (`audit_facets`), what can be searched
 * (`audit_documents`), counts by time and by name, and how far each of them has come. None of it is proof: to
 * make one of them anew, delete its rows and its row in `audit_projections`.
 *
 * `audit_secrets` holds the key that cursors of pages are signed with, so that every process accepts those of the others.
 */
export class AddReading1795478400000 implements MigrationInterface {
  readonly name = 'AddReading1795478400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) {
      await runner.query(statement);
    }
    await runner.query('INSERT INTO audit_secrets (name, value) VALUES (?, ?)', [
      'cursor',
      randomBytes(32).toString('hex'),
    ]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('An older version finds a newer schema and refuses it; restore a backup instead.'));
  }
}

const STATEMENTS = [
  `CREATE TABLE audit_projections (
    projection TEXT NOT NULL,
    chain TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (projection, chain)
  ) WITHOUT ROWID`,
  `CREATE TABLE audit_facets (
    facet INTEGER NOT NULL,
    value TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (facet, value, sequence)
  ) WITHOUT ROWID`,
  // Keeps no text of its own: the log has it. Trigrams find any part of a word, in every language.
  `CREATE VIRTUAL TABLE audit_documents USING fts5(
    document, content='', contentless_delete=1, tokenize='trigram case_sensitive 1'
  )`,
  // One row a kind of record and time: spans of 1, 15 and 1440 minutes; step = number of the span since the epoch.
  `CREATE TABLE audit_counts (
    chain TEXT NOT NULL,
    span INTEGER NOT NULL,
    step INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    outcome TEXT NOT NULL,
    risk TEXT NOT NULL,
    environment TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (chain, span, step, tenant_id, type, severity, outcome, risk, environment)
  ) WITHOUT ROWID`,
  `CREATE TABLE audit_names (
    chain TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (chain, day, kind, tenant_id, type, name)
  ) WITHOUT ROWID`,
  'CREATE TABLE audit_secrets (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
];
