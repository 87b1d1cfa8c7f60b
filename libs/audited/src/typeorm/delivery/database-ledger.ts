import type {
  AcquiredLease,
  DeadLetter,
  DeadLetterBook,
  DeadLetterQuery,
  DestinationBook,
  DestinationChange,
  DestinationLease,
  DestinationRegistration,
  LeaseBook,
  LedgerDestination,
  Settlement,
} from '../../delivery/delivery-ledger.js';
import type { CustodyDatabase } from '../custody/custody-database.js';
import { DeliveryTables } from './delivery-tables.js';
import { TableDeadLetterBook } from './table-dead-letter-book.js';
import { TableDestinationBook } from './table-destination-book.js';
import { TableLeaseBook } from './table-lease-book.js';

/**
 * Everything that delivery keeps, beside the log in its database: destinations, leases, cursors and dead letters. One for each
 * store; it works while the store is open. Rejects like the store's other calls; a missing right comes with its GRANT.
 */
export class DatabaseLedger implements DestinationBook, LeaseBook, DeadLetterBook {
  private readonly destinationBook: TableDestinationBook;
  private readonly leases: TableLeaseBook;
  private readonly letters: TableDeadLetterBook;

  constructor(database: CustodyDatabase) {
    const tables = new DeliveryTables(database);
    this.destinationBook = new TableDestinationBook(tables);
    this.leases = new TableLeaseBook(tables);
    this.letters = new TableDeadLetterBook(tables);
  }

  register(registration: DestinationRegistration): Promise<void> {
    return this.destinationBook.register(registration);
  }

  destinations(): Promise<readonly LedgerDestination[]> {
    return this.destinationBook.destinations();
  }

  change(name: string, change: DestinationChange): Promise<boolean> {
    return this.destinationBook.change(name, change);
  }

  acquire(destination: string, holder: string, leaseMs: number): Promise<AcquiredLease | undefined> {
    return this.leases.acquire(destination, holder, leaseMs);
  }

  settle(lease: DestinationLease, settlement: Settlement, leaseMs: number): Promise<boolean> {
    return this.leases.settle(lease, settlement, leaseMs);
  }

  release(lease: DestinationLease): Promise<void> {
    return this.leases.release(lease);
  }

  deadLetters(query?: DeadLetterQuery): Promise<readonly DeadLetter[]> {
    return this.letters.deadLetters(query);
  }

  mark(query: Omit<DeadLetterQuery, 'limit' | 'state'>, state: 'replaying' | 'discarded'): Promise<number> {
    return this.letters.mark(query, state);
  }
}
