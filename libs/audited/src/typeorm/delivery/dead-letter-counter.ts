import type { DeadLetterCounts } from '../../delivery/delivery-ledger.js';
import { SqlConditions } from '../server/server-dialect.js';
import type { DeliveryTables } from './delivery-tables.js';
import type { DestinationRow } from './destination-rows.js';

const NONE: DeadLetterCounts = { dead: 0, replaying: 0, discarded: 0 };

interface Counted {
  readonly letterChanges: number;
  readonly counts: DeadLetterCounts;
}

/**
 * How many dead letters each destination has. Every process asks about every second, and there may be a million: so they are
 * counted again only when the row of the destination says that they changed.
 */
export class DeadLetterCounter {
  private known = new Map<string, Counted>();

  constructor(private readonly tables: DeliveryTables) {}

  /** @param destinations all there are, read just before: a count may be newer than what is noted beside it, never older */
  async counts(destinations: readonly DestinationRow[]): Promise<ReadonlyMap<string, DeadLetterCounts>> {
    const before = this.known;
    const living = destinations.filter(({ state }) => state !== 'removed');
    const changed = living.filter(({ name, letterChanges }) => before.get(name)?.letterChanges !== letterChanges);
    const counted = await this.count(changed.map(({ name }) => name));
    this.known = new Map(
      living.map(({ name, letterChanges }) => {
        const counts = counted.get(name) ?? before.get(name)?.counts ?? NONE;
        return [name, { letterChanges, counts }];
      }),
    );
    return new Map(destinations.map(({ name }) => [name, this.known.get(name)?.counts ?? NONE]));
  }

  private async count(names: readonly string[]): Promise<ReadonlyMap<string, DeadLetterCounts>> {
    if (names.length === 0) {
      return new Map();
    }
    const { dialect } = this.tables;
    const conditions = new SqlConditions(dialect);
    conditions.holds(`destination IN (${names.map((name) => conditions.bind(this.tables.column(name))).join(', ')})`);
    const rows = await this.tables.read(
      `SELECT destination, state, COUNT(*) AS letters FROM ${dialect.table('audit_dead_letters')} ${conditions.where}
       GROUP BY destination, state`,
      conditions.values,
    );
    const counts = new Map(names.map((name) => [name, NONE]));
    for (const { destination, state, letters } of rows) {
      const name = this.tables.text(destination);
      counts.set(name, { ...NONE, ...counts.get(name), [String(state)]: Number(letters) });
    }
    return counts;
  }
}
