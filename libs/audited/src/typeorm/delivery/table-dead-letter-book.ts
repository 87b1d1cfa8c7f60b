import type { DeadLetter, DeadLetterBook, DeadLetterCause, DeadLetterQuery } from '../../delivery/delivery-ledger.js';
import { checkedDeadLetterQuery, type CheckedDeadLetterQuery } from '../../delivery/ledger-input.js';
import type { SqlStatement } from '../custody/custody-database.js';
import type { RawRow } from '../server/server-database.js';
import { SqlConditions } from '../server/server-dialect.js';
import { pieces, type DeliveryTables } from './delivery-tables.js';
import { DestinationUpdate } from './destination-statements.js';

const SEQUENCES_PER_STATEMENT = 500;

type Filters = Omit<CheckedDeadLetterQuery, 'limit'>;

/** Dead letters in their table. */
export class TableDeadLetterBook implements DeadLetterBook {
  constructor(private readonly tables: DeliveryTables) {}

  async deadLetters(query: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    const { limit, ...filters } = checkedDeadLetterQuery(query);
    const found: DeadLetter[] = [];
    for (const some of inPieces(filters)) {
      if (found.length < limit) {
        found.push(...(await this.some(some, limit - found.length)));
      }
    }
    return found;
  }

  /** One transaction for each destination, which begins with its row as a settlement does: none waits for two. */
  async mark(query: Omit<DeadLetterQuery, 'limit' | 'state'>, state: 'replaying' | 'discarded'): Promise<number> {
    const { limit: _, ...filters } = checkedDeadLetterQuery(query);
    const names = filters.destination === undefined ? await this.destinations() : [filters.destination];
    let marked = 0;
    for (const destination of names) {
      const changed = await this.tables.write([
        new DestinationUpdate(this.tables, destination)
          .set('letter_changes', 'letter_changes + 1')
          .statement((conditions) => conditions.holds("state <> 'removed'")),
        ...inPieces({ ...filters, destination }).map((some) => this.marking(some, state)),
      ]);
      marked += changed.slice(1).reduce((sum, rows) => sum + rows, 0);
    }
    return marked;
  }

  private async some(filters: Filters, limit: number): Promise<readonly DeadLetter[]> {
    const conditions = new SqlConditions(this.tables.dialect);
    this.filter(conditions, filters);
    const rows = await this.tables.read(
      `SELECT sequence, destination, chain, position, event_id, event_type, cause, reason, state, replays, died_at, changed_at
       FROM ${this.tables.dialect.table('audit_dead_letters')} ${conditions.where} ORDER BY sequence LIMIT ${limit}`,
      conditions.values,
    );
    return rows.map((row) => this.deadLetter(row));
  }

  private marking(filters: Filters, state: 'replaying' | 'discarded'): SqlStatement {
    const { dialect } = this.tables;
    const conditions = new SqlConditions(dialect);
    this.filter(conditions, filters);
    conditions.holds(state === 'discarded' ? "state IN ('dead', 'replaying')" : "state = 'dead'");
    return {
      sql: `UPDATE ${dialect.table('audit_dead_letters')} SET state = '${state}', changed_at = ${dialect.now} ${conditions.where}`,
      values: conditions.values,
    };
  }

  private async destinations(): Promise<readonly string[]> {
    const rows = await this.tables.read(
      `SELECT name FROM ${this.tables.dialect.table('audit_destinations')} WHERE state <> 'removed'`,
    );
    return rows.map(({ name }) => this.tables.text(name));
  }

  private filter(conditions: SqlConditions, { destination, state, sequences, eventId, after }: Filters): void {
    if (destination !== undefined) {
      conditions.equals('destination', destination);
    }
    if (state !== undefined) {
      conditions.equals('state', state);
    }
    if (sequences !== undefined) {
      conditions.holds(`sequence IN (${sequences.map(conditions.bind).join(', ')})`);
    }
    if (eventId !== undefined) {
      conditions.equals('event_id', eventId);
    }
    if (after !== undefined) {
      conditions.compare('sequence', '>', after);
    }
  }

  private deadLetter(row: RawRow): DeadLetter {
    const { tables } = this;
    return {
      sequence: Number(row['sequence']),
      destination: tables.text(row['destination']),
      chain: String(row['chain']),
      position: Number(row['position']),
      eventId: tables.text(row['event_id']),
      eventType: tables.text(row['event_type']),
      cause: tables.text(row['cause']) as DeadLetterCause,
      reason: tables.text(row['reason']),
      state: String(row['state']) as DeadLetter['state'],
      replays: Number(row['replays']),
      diedAt: Number(row['died_at']),
      changedAt: Number(row['changed_at']),
    };
  }
}

/** The same filters, with few enough sequences for one statement each; in their order. */
function inPieces(filters: Filters): readonly Filters[] {
  return filters.sequences === undefined
    ? [filters]
    : pieces(filters.sequences, SEQUENCES_PER_STATEMENT).map((sequences) => ({ ...filters, sequences }));
}
