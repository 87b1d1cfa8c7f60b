import type {
  DestinationBook,
  DestinationChange,
  DestinationRegistration,
  LedgerDestination,
} from '../../delivery/delivery-ledger.js';
import { checkPlace, keptRegistration } from '../../delivery/ledger-input.js';
import type { SqlStatement } from '../custody/custody-database.js';
import type { AuditTable } from '../server/server-dialect.js';
import { SqlConditions } from '../server/server-dialect.js';
import { DeadLetterCounter } from './dead-letter-counter.js';
import type { DeliveryTables } from './delivery-tables.js';
import { readCursors, readDestinations } from './destination-rows.js';
import { DestinationUpdate, registration, trials } from './destination-statements.js';
import { cursorStatements } from './settlement-statements.js';

/** The destinations in their table. */
export class TableDestinationBook implements DestinationBook {
  private readonly counter: DeadLetterCounter;

  constructor(private readonly tables: DeliveryTables) {
    this.counter = new DeadLetterCounter(tables);
  }

  async register(registered: DestinationRegistration): Promise<void> {
    await this.tables.write([...registration(this.tables, keptRegistration(registered)), ...trials(this.tables)]);
  }

  async destinations(): Promise<readonly LedgerDestination[]> {
    const rows = await readDestinations(this.tables);
    if (rows.length === 0) {
      return [];
    }
    // After the destinations: of one that is registered anew meanwhile, nobody must be told where it stood before.
    const [cursors, deadLetters] = await Promise.all([readCursors(this.tables), this.counter.counts(rows)]);
    return rows.map(({ letterChanges: _, ...destination }) => ({
      ...destination,
      cursors: destination.state === 'removed' ? [] : (cursors.get(destination.name) ?? []),
      deadLetters: deadLetters.get(destination.name) ?? { dead: 0, replaying: 0, discarded: 0 },
    }));
  }

  async change(name: string, change: DestinationChange): Promise<boolean> {
    const [changed = 0] = await this.tables.write(this.statements(name.toWellFormed(), change));
    return changed > 0;
  }

  private statements(name: string, change: DestinationChange): readonly SqlStatement[] {
    const { tables } = this;
    const update = new DestinationUpdate(tables, name)
      .endLease()
      .set('fence', 'fence + 1')
      .set('changed_at', tables.dialect.now);
    const isThere = (conditions: SqlConditions): void => conditions.holds("state <> 'removed'");
    switch (change.act) {
      case 'pause':
        return [update.set('state', "'paused'").statement(isThere)];
      case 'resume':
        return [update.set('state', "'active'").statement(isThere)];
      case 'rewind': {
        const { chain, position } = change;
        checkPlace(chain, position);
        return [
          update.set('letter_changes', 'letter_changes + 1').statement(isThere),
          ...cursorStatements(tables, name, [{ chain, position, sent: position }]),
          this.removal('audit_dead_letters', name, (conditions) => {
            conditions.equals('chain', chain);
            conditions.compare('position', '>', position);
          }),
        ];
      }
      case 'remove':
        return [
          forgetting(update).statement(isThere),
          this.removal('audit_delivery_cursors', name),
          this.removal('audit_dead_letters', name),
        ];
    }
  }

  private removal(
    table: AuditTable,
    destination: string,
    where: (conditions: SqlConditions) => void = () => undefined,
  ): SqlStatement {
    const { dialect } = this.tables;
    const conditions = new SqlConditions(dialect);
    conditions.equals('destination', destination);
    where(conditions);
    return { sql: `DELETE FROM ${dialect.table(table)} ${conditions.where}`, values: conditions.values };
  }
}

/** Everything but the name, the fence and how often its dead letters changed: those must go on growing. */
function forgetting(update: DestinationUpdate): DestinationUpdate {
  return update
    .set('state', "'removed'")
    .set('type', "''")
    .set('endpoint', "''")
    .set('required', '0')
    .set('health', "'unknown'")
    .set('reason', "''")
    .set('cure', "''")
    .set('failures', '0')
    .set('delivered_at', '0')
    .set('letter_changes', 'letter_changes + 1');
}
