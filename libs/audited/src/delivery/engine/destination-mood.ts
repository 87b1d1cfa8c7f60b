import type { DestinationHealth } from '../delivery-ledger.js';
import type { Outcome } from './sending/course.js';
import type { DeliveryNotices } from './delivery-notices.js';
import type { DeliveryTimer } from './delivery-timer.js';
import type { SettlementBook } from './settling/settlement-book.js';

/** A destination may fail for so long before anybody is told; being set up wrongly is told at once. */
const TOLD_AFTER_MS = 300_000;
/** Of a destination that is well, the time of the last delivery is not written more often. */
const FRESH_MS = 1000;

/** How a destination does, from one verdict to the next; tells of the turns, not of every attempt. */
export class DestinationMood {
  private failingSince: number | undefined;
  /** Whether the last attempt did. */
  private hasFailed = false;
  /** What was told of the present trouble. */
  private told: 'held' | 'retrying' | undefined;
  /** Something sent was not confirmed, and nothing has been since: that more can be sent means little then. */
  private isInDoubt = false;

  constructor(
    private readonly name: string,
    private readonly book: SettlementBook,
    private readonly notices: DeliveryNotices,
    private readonly timer: DeliveryTimer,
  ) {
    // Whoever led before may have told already.
    this.told = book.health.state === 'held' ? 'held' : undefined;
    this.failingSince = this.told === undefined ? undefined : timer.elapsed();
  }

  after({ trouble, arrived, fate, course }: Outcome): void {
    this.hasFailed = trouble !== undefined;
    if (trouble === undefined) {
      if (arrived > 0 && fate === 'arrived') {
        this.arrived();
      } else if (arrived > 0 && !this.isInDoubt) {
        this.write({ ...this.book.health, state: 'ok', reason: '', cure: '', failures: 0 });
      }
      return;
    }
    this.failingSince ??= this.timer.elapsed();
    const { deliveredAt } = this.book.health;
    this.write({
      state: trouble.state,
      reason: trouble.reason,
      cure: trouble.cure,
      failures: course.failures,
      deliveredAt: arrived > 0 ? Math.round(this.timer.now()) : deliveredAt,
    });
    this.look();
  }

  /** Something that was sent earlier is at the receiver for certain. */
  confirmed(): void {
    if (!this.hasFailed) {
      this.arrived();
    } else {
      // It was sent before the trouble began: that is no recovery.
      this.write({ ...this.book.health, deliveredAt: Math.round(this.timer.now()) });
    }
  }

  /** Something is at the receiver for certain. */
  arrived(): void {
    const now = Math.round(this.timer.now());
    if (this.told !== undefined) {
      this.notices.recovered(this.name, this.timer.elapsed() - (this.failingSince ?? this.timer.elapsed()));
    }
    this.told = undefined;
    this.failingSince = undefined;
    this.isInDoubt = false;
    const { state, deliveredAt } = this.book.health;
    if (state !== 'ok' || Math.abs(now - deliveredAt) >= FRESH_MS) {
      this.write({ state: 'ok', reason: '', cure: '', failures: 0, deliveredAt: now });
    }
  }

  /** What was sent did not arrive, or nobody can tell. */
  unconfirmed(): void {
    this.failingSince ??= this.timer.elapsed();
    this.isInDoubt = true;
    const { failures } = this.book.health;
    this.write({
      ...this.book.health,
      state: 'retrying',
      reason: 'what was sent was not confirmed; it is sent again',
      cure: '',
      failures: failures + 1,
    });
    this.look();
  }

  /** Tells of a trouble that needs somebody, or has lasted for long. */
  look(): void {
    const { state, reason, cure } = this.book.health;
    const lasted = this.timer.elapsed() - (this.failingSince ?? this.timer.elapsed());
    const isNews =
      (state === 'held' && this.told !== 'held') ||
      (state === 'retrying' && this.told === undefined && lasted >= TOLD_AFTER_MS);
    if (isNews) {
      this.told = state;
      this.notices.failed({ destination: this.name, state, reason, cure });
    }
  }

  private write(health: DestinationHealth): void {
    this.book.feel(health);
  }
}
