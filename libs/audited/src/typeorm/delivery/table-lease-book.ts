import type { AcquiredLease, DestinationLease, LeaseBook, Settlement } from '../../delivery/delivery-ledger.js';
import { checkLease, keptSettlement } from '../../delivery/ledger-input.js';
import type { SqlStatement } from '../custody/custody-database.js';
import type { SqlConditions } from '../server/server-dialect.js';
import type { DeliveryTables } from './delivery-tables.js';
import { readCursors, readDestinations, type DestinationRow } from './destination-rows.js';
import { DestinationUpdate } from './destination-statements.js';
import {
  cursorStatements,
  deadLetterStatements,
  refusalStatements,
  revivalStatements,
} from './settlement-statements.js';

/** Each attempt fails only because somebody else succeeded, so more than one is rare already. */
const MOST_ATTEMPTS = 50;

/** Leases in the table of destinations. */
export class TableLeaseBook implements LeaseBook {
  constructor(private readonly tables: DeliveryTables) {}

  /**
   * Looks first: most of those who ask find it held, and write nothing. Whoever takes it takes it at the fence that was
   * read, so that no two ever get the same one.
   */
  async acquire(destination: string, holder: string, leaseMs: number): Promise<AcquiredLease | undefined> {
    checkLease(holder, leaseMs);
    const name = destination.toWellFormed();
    const me = holder.toWellFormed();
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const [found] = await readDestinations(this.tables, name);
      if (found === undefined || !isFree(found, me)) {
        return undefined;
      }
      const [taken = 0] = await this.tables.write([this.taking(name, found.fence, me, leaseMs)]);
      if (taken > 0) {
        return this.acquired({ destination, holder, fence: found.fence + 1 });
      }
    }
    return undefined;
  }

  async settle(lease: DestinationLease, settlement: Settlement, leaseMs: number): Promise<boolean> {
    checkLease(lease.holder, leaseMs);
    const { tables } = this;
    const destination = lease.destination.toWellFormed();
    const { cursors, deadLetters, revived, refusedAgain, health } = keptSettlement(settlement);
    const letters = [
      ...deadLetterStatements(tables, destination, deadLetters),
      ...revivalStatements(tables, destination, revived),
      ...refusalStatements(tables, destination, refusedAgain),
    ];
    const update = new DestinationUpdate(tables, destination).lease(leaseMs);
    if (letters.length > 0) {
      update.set('letter_changes', 'letter_changes + 1');
    }
    if (health !== undefined) {
      update
        .setText('health', health.state)
        .setText('reason', health.reason)
        .setText('cure', health.cure)
        .setNumber('failures', health.failures)
        .setNumber('delivered_at', health.deliveredAt);
    }
    const [led = 0] = await tables.write([
      update.statement((conditions) => ledBy(conditions, lease)),
      ...cursorStatements(tables, destination, cursors),
      ...letters,
    ]);
    return led > 0;
  }

  async release(lease: DestinationLease): Promise<void> {
    const update = new DestinationUpdate(this.tables, lease.destination.toWellFormed()).endLease();
    await this.tables.write([update.statement((conditions) => ledBy(conditions, lease))]);
  }

  private taking(name: string, fence: number, holder: string, leaseMs: number): SqlStatement {
    const { tables } = this;
    return new DestinationUpdate(tables, name)
      .setText('holder', holder)
      .lease(leaseMs)
      .set('fence', 'fence + 1')
      .statement((conditions) => {
        conditions.holds(`fence = ${conditions.bind(fence)}`);
        conditions.holds("state = 'active'");
        // The holder before may have settled since, which prolongs its lease under the same fence.
        const mine = tables.dialect.equals('holder', tables.column(holder), conditions.bind);
        conditions.holds(`(${mine} OR holder = '' OR lease_until <= ${tables.dialect.now})`);
      });
  }

  private async acquired(lease: DestinationLease): Promise<AcquiredLease | undefined> {
    const name = lease.destination.toWellFormed();
    // Nobody but whoever was given the lease moves the cursors now; an operator who does takes the lease away.
    const [found] = await readDestinations(this.tables, name);
    const cursors = await readCursors(this.tables, name);
    return found === undefined ? undefined : { ...lease, cursors: cursors.get(name) ?? [], health: found.health };
  }
}

function isFree({ state, holder, leaseLeftMs }: DestinationRow, me: string): boolean {
  return state === 'active' && (holder === '' || holder === me || leaseLeftMs === 0);
}

/** Also when the lease is over, as long as nobody else took it. */
function ledBy(conditions: SqlConditions, { holder, fence }: DestinationLease): void {
  conditions.equals('holder', holder.toWellFormed());
  conditions.holds(`fence = ${conditions.bind(fence)}`);
  conditions.holds("state = 'active'");
}
