import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What delivery keeps: destinations with who leads them, where each stands in each chain, and the records that one did not
 * take. None of it is proof, so nothing guards it but the rights of accounts. A removed destination keeps its row.
 */
export class AddDelivery1795392000000 implements MigrationInterface {
  readonly name = 'AddDelivery1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) {
      await runner.query(statement);
    }
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('Without its cursors delivery would begin anew, so they are never dropped; restore a backup instead.'),
    );
  }
}

const STATEMENTS = [
  `CREATE TABLE audit_destinations (
    name TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    required INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    fence INTEGER NOT NULL,
    holder TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    health TEXT NOT NULL,
    reason TEXT NOT NULL,
    cure TEXT NOT NULL,
    failures INTEGER NOT NULL,
    delivered_at INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    letter_changes INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  `CREATE TABLE audit_delivery_cursors (
    destination TEXT NOT NULL,
    chain TEXT NOT NULL,
    position INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (destination, chain)
  ) WITHOUT ROWID`,
  // AUTOINCREMENT: the sequence of a dead letter that is gone must never name another one.
  `CREATE TABLE audit_dead_letters (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    chain TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('dead', 'replaying', 'discarded')),
    replays INTEGER NOT NULL,
    died_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (destination, chain, position)
  )`,
  'CREATE INDEX audit_dead_letters_state ON audit_dead_letters (destination, state, sequence)',
  'CREATE INDEX audit_dead_letters_event ON audit_dead_letters (event_id)',
];
