import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../postgres/postgres-names.js';

/**
 * What delivery keeps: destinations with who leads them, where each stands in each chain, and the records that one did not
 * take. None of it is proof, so nothing guards it but the rights of roles: one that has no destinations needs none on these
 * tables. A removed destination keeps its row.
 */
export class AddPostgresDelivery1795392000000 implements MigrationInterface {
  readonly name = 'AddPostgresDelivery1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements(schemaOf(runner))) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('Without its cursors delivery would begin anew, so they are never dropped; restore a backup instead.'),
    );
  }
}

const text = 'TEXT COLLATE "C"';

const statements = (schema: string): readonly string[] => [
  // Few rows that are written every second: room for the next version of a row in its own page.
  `CREATE TABLE ${schema}.audit_destinations (
    name ${text} NOT NULL PRIMARY KEY,
    type ${text} NOT NULL,
    endpoint ${text} NOT NULL,
    required INTEGER NOT NULL,
    state ${text} NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    fence BIGINT NOT NULL,
    holder ${text} NOT NULL,
    lease_until BIGINT NOT NULL,
    health ${text} NOT NULL,
    reason ${text} NOT NULL,
    cure ${text} NOT NULL,
    failures BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    writes BIGINT NOT NULL,
    letter_changes BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE ${schema}.audit_delivery_cursors (
    destination ${text} NOT NULL,
    chain ${text} NOT NULL,
    position BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (destination, chain)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE ${schema}.audit_dead_letters (
    sequence BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    destination ${text} NOT NULL,
    chain ${text} NOT NULL,
    position BIGINT NOT NULL,
    event_id ${text} NOT NULL,
    event_type ${text} NOT NULL,
    cause ${text} NOT NULL,
    reason ${text} NOT NULL,
    state ${text} NOT NULL CHECK (state IN ('dead', 'replaying', 'discarded')),
    replays BIGINT NOT NULL,
    died_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (destination, chain, position)
  )`,
  `CREATE INDEX audit_dead_letters_state ON ${schema}.audit_dead_letters (destination, state, sequence)`,
  `CREATE INDEX audit_dead_letters_event ON ${schema}.audit_dead_letters (event_id)`,
];
