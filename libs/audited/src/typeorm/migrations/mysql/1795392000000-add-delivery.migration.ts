import type { MigrationInterface, QueryRunner } from 'typeorm';
import { flavourOf } from '../../mysql/mysql-flavour.js';

/**
 * What delivery keeps: destinations with who leads them, where each stands in each chain, and the records that one did not
 * take. None of it is proof, so nothing guards it but the rights of accounts: one that has no destinations needs none on
 * these tables. A removed destination keeps its row.
 *
 * Every statement commits by itself (MySQL knows no other way), so each of them may be met half done by the next attempt.
 */
export class AddDelivery1795392000000 implements MigrationInterface {
  readonly name = 'AddDelivery1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    const versions: readonly { version: string }[] = await runner.query('SELECT VERSION() AS version');
    const { exactCollation } = flavourOf(versions[0]?.version ?? '');
    const tableOptions = `ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE ${exactCollation}`;
    for (const table of TABLES) {
      await runner.query(`${table} ${tableOptions}`);
    }
  }

  down(): Promise<void> {
    return Promise.reject(
      new Error('Without its cursors delivery would begin anew, so they are never dropped; restore a backup instead.'),
    );
  }
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS audit_destinations (
    name VARCHAR(128) NOT NULL,
    type MEDIUMTEXT NOT NULL,
    endpoint MEDIUMTEXT NOT NULL,
    required INT NOT NULL,
    state VARCHAR(16) NOT NULL,
    fence BIGINT NOT NULL,
    holder VARCHAR(255) NOT NULL,
    lease_until BIGINT NOT NULL,
    health VARCHAR(16) NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    cure MEDIUMTEXT NOT NULL,
    failures BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    writes BIGINT NOT NULL,
    letter_changes BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (name)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_delivery_cursors (
    destination VARCHAR(128) NOT NULL,
    chain VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (destination, chain)
  )`,
  `CREATE TABLE IF NOT EXISTS audit_dead_letters (
    sequence BIGINT NOT NULL AUTO_INCREMENT,
    destination VARCHAR(128) NOT NULL,
    chain VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    event_id VARCHAR(255) NOT NULL,
    event_type MEDIUMTEXT NOT NULL,
    cause VARCHAR(16) NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    replays BIGINT NOT NULL,
    died_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (sequence),
    UNIQUE KEY audit_dead_letters_place (destination, chain, position),
    KEY audit_dead_letters_state (destination, state, sequence),
    KEY audit_dead_letters_event (event_id)
  )`,
];
