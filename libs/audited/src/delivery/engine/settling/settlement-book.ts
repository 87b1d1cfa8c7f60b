import type { ChainId } from '../../../event/audit-record.js';
import type {
  AcquiredLease,
  ChainCursor,
  DeliveryLedger,
  DestinationHealth,
  NewDeadLetter,
  Settlement,
} from '../../delivery-ledger.js';
import type { DeliveryTimer } from '../delivery-timer.js';

/** What one settlement may carry; more wait for the next. */
const MOST_LETTERS = 500;

/**
 * What a leader knows and the ledger does not yet: cursors, dead letters, health. Written together, not with every batch:
 * what a crash takes of it is only sent twice.
 */
export class SettlementBook {
  private readonly cursors = new Map<ChainId, ChainCursor>();
  private readonly moved = new Set<ChainId>();
  private letters: NewDeadLetter[] = [];
  private revived: number[] = [];
  private refusedAgain: { readonly sequence: number; readonly reason: string }[] = [];
  private newHealth: DestinationHealth | undefined;
  private flushing: Promise<boolean> = Promise.resolve(true);
  private isLost = false;
  private settledAt: number;
  /** Health as it is now, written or not. */
  health: DestinationHealth;

  constructor(
    private readonly ledger: Pick<DeliveryLedger, 'settle'>,
    private readonly lease: AcquiredLease,
    private readonly leaseMs: number,
    private readonly timer: DeliveryTimer,
    /** When the lease was asked for: from then on it counts. */
    askedAt: number,
  ) {
    this.health = lease.health;
    this.settledAt = askedAt;
    // What was on its way when the last leader ended, nobody can ask after any more.
    lease.cursors.forEach(({ chain, position }) => this.cursors.set(chain, { chain, position, sent: position }));
  }

  /** True as long as nobody else can lead. */
  get isLeading(): boolean {
    return !this.isLost && this.timer.elapsed() - this.settledAt < this.leaseMs;
  }

  /** Milliseconds since the ledger was written last. */
  get ageMs(): number {
    return this.timer.elapsed() - this.settledAt;
  }

  get hasNews(): boolean {
    return this.moved.size > 0 || this.newHealth !== undefined || this.isUrgent;
  }

  /** Dead letters are written at once. */
  get isUrgent(): boolean {
    return this.letters.length > 0 || this.revived.length > 0 || this.refusedAgain.length > 0;
  }

  cursor(chain: ChainId): ChainCursor {
    return this.cursors.get(chain) ?? { chain, position: 0, sent: 0 };
  }

  allCursors(): readonly ChainCursor[] {
    return [...this.cursors.values()];
  }

  move(cursor: ChainCursor): void {
    this.cursors.set(cursor.chain, cursor);
    this.moved.add(cursor.chain);
  }

  die(letters: readonly NewDeadLetter[]): void {
    this.letters.push(...letters);
  }

  revive(sequence: number): void {
    this.revived.push(sequence);
  }

  refuseAgain(sequence: number, reason: string): void {
    this.refusedAgain.push({ sequence, reason });
  }

  feel(health: DestinationHealth): void {
    this.health = health;
    this.newHealth = health;
  }

  /** Nobody leads with this book any more. */
  lose(): void {
    this.isLost = true;
  }

  /**
   * Writes what is new, and prolongs the lease.
   *
   * @returns false when the lease is lost: somebody else leads, or an operator changed the destination
   * @throws what the ledger throws; what is new stays new then
   */
  flush(): Promise<boolean> {
    // One after the other: what the first writes, the second must not write again.
    const write = (): Promise<boolean> => this.write();
    this.flushing = this.flushing.then(write, write);
    return this.flushing;
  }

  private async write(): Promise<boolean> {
    if (this.isLost) {
      return false;
    }
    const startedAt = this.timer.elapsed();
    const { settlement, written } = this.taken();
    const isSettled = await this.ledger.settle(this.lease, settlement, this.leaseMs);
    if (!isSettled) {
      this.isLost = true;
      return false;
    }
    this.settledAt = startedAt;
    written();
    return true;
  }

  private taken(): { readonly settlement: Settlement; readonly written: () => void } {
    const cursors = [...this.moved].map((chain) => this.cursor(chain));
    const letters = this.letters.slice(0, MOST_LETTERS);
    const { revived, refusedAgain, newHealth } = this;
    const counts = [revived.length, refusedAgain.length] as const;
    return {
      settlement: {
        // A cursor must not pass letters that are written later.
        ...(this.letters.length > MOST_LETTERS ? {} : { cursors }),
        deadLetters: letters,
        revived: [...revived],
        refusedAgain: [...refusedAgain],
        ...(newHealth === undefined ? {} : { health: newHealth }),
      },
      written: () => {
        if (this.letters.length <= MOST_LETTERS) {
          cursors
            .filter((cursor) => this.cursor(cursor.chain) === cursor)
            .forEach(({ chain }) => this.moved.delete(chain));
        }
        this.letters = this.letters.slice(letters.length);
        this.revived = this.revived.slice(counts[0]);
        this.refusedAgain = this.refusedAgain.slice(counts[1]);
        if (this.newHealth === newHealth) {
          this.newHealth = undefined;
        }
      },
    };
  }
}
