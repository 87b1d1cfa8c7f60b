import type { ChainCursor, NewDeadLetter, Settlement } from '../../delivery/delivery-ledger.js';
import type { SqlStatement } from '../custody/custody-database.js';
import { SqlConditions } from '../server/server-dialect.js';
import { pieces, type DeliveryTables } from './delivery-tables.js';

/** Rows of one statement: with the longest reasons below a megabyte, which the smallest servers take. */
const ROWS_PER_STATEMENT = 100;
const SEQUENCES_PER_STATEMENT = 500;

/** Puts the cursors of a destination where these are. */
export function cursorStatements(
  tables: DeliveryTables,
  destination: string,
  cursors: readonly ChainCursor[],
): readonly SqlStatement[] {
  return pieces(cursors, ROWS_PER_STATEMENT).map((some) => {
    const rows = some.map(({ chain, position, sent }) => [tables.column(destination), chain, position, sent]);
    const { sql, values } = tables.insert('audit_delivery_cursors', ['destination', 'chain', 'position', 'sent'], rows);
    return { sql: tables.dialect.upsert(sql, ['destination', 'chain'], ['position', 'sent']), values };
  });
}

/** Adds dead letters; those that are there already stay as they are. */
export function deadLetterStatements(
  tables: DeliveryTables,
  destination: string,
  letters: readonly NewDeadLetter[],
): readonly SqlStatement[] {
  const { now } = tables.dialect;
  return pieces(letters, ROWS_PER_STATEMENT).map((some) => {
    const rows = some.map(({ chain, position, eventId, eventType, cause, reason }) => [
      tables.column(destination),
      chain,
      position,
      ...[eventId, eventType, cause, reason].map((text) => tables.column(text)),
    ]);
    const { sql, values } = tables.insert(
      'audit_dead_letters',
      ['destination', 'chain', 'position', 'event_id', 'event_type', 'cause', 'reason'],
      rows,
      { state: "'dead'", replays: '0', died_at: now, changed_at: now },
    );
    return { sql: tables.dialect.upsert(sql, ['destination', 'chain', 'position'], []), values };
  });
}

/** Takes away dead letters that arrived after all. */
export function revivalStatements(
  tables: DeliveryTables,
  destination: string,
  revived: readonly number[],
): readonly SqlStatement[] {
  const { dialect } = tables;
  return pieces(revived, SEQUENCES_PER_STATEMENT).map((sequences) => {
    const conditions = ofDestination(tables, destination, sequences);
    return { sql: `DELETE FROM ${dialect.table('audit_dead_letters')} ${conditions.where}`, values: conditions.values };
  });
}

/** Notes that dead letters were refused again. What somebody gave up meanwhile stays given up. */
export function refusalStatements(
  tables: DeliveryTables,
  destination: string,
  refused: Required<Settlement>['refusedAgain'],
): readonly SqlStatement[] {
  const { dialect } = tables;
  const reasons = new Map<string, number[]>();
  for (const { sequence, reason } of refused) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), sequence]);
  }
  return [...reasons].flatMap(([reason, all]) =>
    pieces(all, SEQUENCES_PER_STATEMENT).map((sequences) => {
      const conditions = new SqlConditions(dialect);
      const newReason = conditions.bind(tables.column(reason));
      narrow(conditions, destination, sequences);
      conditions.holds("state <> 'discarded'");
      const sql = `UPDATE ${dialect.table('audit_dead_letters')}
        SET state = 'dead', replays = replays + 1, reason = ${newReason}, changed_at = ${dialect.now} ${conditions.where}`;
      return { sql, values: conditions.values };
    }),
  );
}

function ofDestination(tables: DeliveryTables, destination: string, sequences: readonly number[]): SqlConditions {
  const conditions = new SqlConditions(tables.dialect);
  narrow(conditions, destination, sequences);
  return conditions;
}

function narrow(conditions: SqlConditions, destination: string, sequences: readonly number[]): void {
  conditions.equals('destination', destination);
  conditions.holds(`sequence IN (${sequences.map(conditions.bind).join(', ')})`);
}
