import type { DestinationRegistration } from '../../delivery/delivery-ledger.js';
import type { SqlStatement } from '../custody/custody-database.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { DeliveryTables } from './delivery-tables.js';

/**
 * What changes the row of a destination: the statements of one transaction begin with it, and so have it for themselves.
 * Every statement that it makes changes the row, so that servers which count changes instead of rows count it.
 */
export class DestinationUpdate {
  private readonly assignments = ['writes = writes + 1'];
  private readonly conditions: SqlConditions;

  constructor(
    private readonly tables: DeliveryTables,
    private readonly name: string,
  ) {
    this.conditions = new SqlConditions(tables.dialect);
  }

  /** @param expression of SQL, without a value from outside */
  set(column: string, expression: string): this {
    this.assignments.push(`${column} = ${expression}`);
    return this;
  }

  setText(column: string, text: string): this {
    return this.set(column, this.conditions.bind(this.tables.column(text)));
  }

  setNumber(column: string, number: number): this {
    return this.set(column, this.conditions.bind(number));
  }

  /** The lease is over so long after now. */
  lease(leaseMs: number): this {
    const { dialect } = this.tables;
    return this.set('lease_until', `${dialect.now} + ${dialect.wholeNumber(this.conditions.bind(leaseMs))}`);
  }

  /** Nobody leads it any more. */
  endLease(): this {
    return this.set('holder', "''").set('lease_until', '0');
  }

  /**
   * The statement.
   *
   * @param where adds conditions beside the name: after everything that is set, because values stand in the order of the text
   */
  statement(where: (conditions: SqlConditions) => void = () => undefined): SqlStatement {
    const { conditions, tables } = this;
    conditions.equals('name', this.name);
    where(conditions);
    const table = tables.dialect.table('audit_destinations');
    return {
      sql: `UPDATE ${table} SET ${this.assignments.join(', ')} ${conditions.where}`,
      values: conditions.values,
      isCondition: true,
    };
  }
}

/**
 * The statements of a registration. A new destination is one that was removed: it is made as such, and begins like one. The
 * first statement locks its row, so that of two that register the same one, only the first finds it removed.
 */
export function registration(tables: DeliveryTables, registered: DestinationRegistration): readonly SqlStatement[] {
  const { dialect } = tables;
  const { name, type, endpoint, isRequired, startFrom } = registered;
  const [destinations, cursors, heads] = (['audit_destinations', 'audit_delivery_cursors', 'audit_heads'] as const).map(
    (table) => dialect.table(table),
  );
  const row = tables.insert(
    'audit_destinations',
    ['name', 'type', 'endpoint', 'required'],
    [[tables.column(name), tables.column(type), tables.column(endpoint), isRequired ? 1 : 0]],
    { ...NEW_ROW, changed_at: dialect.now },
  );
  const removed = new SqlConditions(dialect);
  removed.equals('name', name);
  removed.holds("state = 'removed'");
  return [
    { ...row, sql: dialect.upsert(row.sql, ['name'], ['type', 'endpoint', 'required']) },
    {
      sql: `INSERT INTO ${cursors} (destination, chain, position, sent)
        SELECT name, chain, position, position FROM ${destinations} CROSS JOIN ${heads}
        ${removed.where} AND ${startFrom === 'now' ? '1 = 1' : '1 = 0'}`,
      values: removed.values,
    },
    {
      sql: `UPDATE ${destinations} SET state = 'active', fence = fence + 1, writes = writes + 1, changed_at = ${dialect.now}
        ${removed.where}`,
      values: removed.values,
    },
  ];
}

/** What else delivery does, with no row: a missing right shows when a destination is registered, not with the first dead letter. */
export function trials({ dialect }: DeliveryTables): readonly SqlStatement[] {
  const [cursors, letters] = [dialect.table('audit_delivery_cursors'), dialect.table('audit_dead_letters')];
  const columns =
    'destination, chain, position, event_id, event_type, cause, reason, state, replays, died_at, changed_at';
  return [
    `UPDATE ${cursors} SET sent = sent WHERE 1 = 0`,
    `DELETE FROM ${cursors} WHERE 1 = 0`,
    `INSERT INTO ${letters} (${columns}) SELECT ${columns} FROM ${letters} WHERE 1 = 0`,
    `UPDATE ${letters} SET state = state WHERE 1 = 0`,
    `DELETE FROM ${letters} WHERE 1 = 0`,
  ].map((sql) => ({ sql, values: [] }));
}

const NEW_ROW = {
  state: "'removed'",
  fence: '0',
  holder: "''",
  lease_until: '0',
  health: "'unknown'",
  reason: "''",
  cure: "''",
  failures: '0',
  delivered_at: '0',
  writes: '0',
  letter_changes: '0',
};
