import { MAIN_CHAIN, type ChainId } from '../../event/audit-record.js';
import type { AppendableEvent, AuditStore } from '../../storage/audit-store.js';
import type { BoundedSpool } from './bounded-spool.js';
import { isRefusal } from './segment-replay.js';
import type { Spool } from './spool.js';
import { begin, limited, noCommitWithin } from './time-limit.js';

/** What the drain needs of whoever writes. */
export interface DrainedWriter {
  /** New writes are to wait a moment; the last events are on their way. */
  hold(): void;
  /** They need not wait any longer. */
  release(): void;
  /** The spool is empty and the store answers. Called with nothing on its way into the spool. */
  caughtUp(): void;
  /** An attempt failed; it is made again. Called at every attempt. */
  failed(error: unknown): void;
}

/** What a drain is made of. */
export interface SpoolDrainParts {
  readonly spool: Spool;
  /** The same spool, for what may hang. */
  readonly bounded: BoundedSpool;
  readonly store: AuditStore;
  readonly commitTimeoutMs: number;
  readonly writer: DrainedWriter;
}

/** New writes wait for the rest of the spool when it is at most so many full batches. */
const BATCHES_WORTH_WAITING_FOR = 2;

/**
 * Moves the spool to the store in the background: again and again, with full jitter between attempts, until nothing is
 * left. A store that hangs gets one event at a time, and every attempt ends in time.
 */
export class SpoolDrain {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private openStore: (() => Promise<void>) | undefined;
  private opening: Promise<void> | undefined;
  private probing: Promise<void> | undefined;
  private failedAttempts = 0;
  private stopped = false;
  /** False after the store answered; it may refuse an event and be well all the same. */
  isStoreDown = false;

  constructor(private readonly parts: SpoolDrainParts) {}

  /** Attempts since the store last answered. */
  get attempts(): number {
    return this.failedAttempts;
  }

  /** Every attempt opens the store first, until that has succeeded once. */
  openFirst(open: () => Promise<void>): void {
    this.openStore = open;
    this.isStoreDown = true;
  }

  /** Sees to it that the spool is drained; the first attempt may be made at once. */
  wake(isUrgent: boolean): void {
    if (this.timer === undefined && this.working === undefined && !this.stopped) {
      this.timer = setTimeout(() => void this.drainNow(), isUrgent ? 0 : this.pauseMs());
      this.timer.unref();
    }
  }

  /** One attempt, now; resolves when it has ended, well or not. */
  drainNow(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.working ??= this.attempt().finally(() => {
      this.working = undefined;
      if (!this.parts.spool.isEmpty || this.isStoreDown) {
        this.wake(false);
      }
    });
    return this.working;
  }

  /** Finds out whether the store answers, whatever the spool does; tells by `isStoreDown`. Ends in time. */
  probe(): Promise<void> {
    this.probing ??= this.ask()
      .catch((error: unknown) => this.parts.writer.failed(error))
      .finally(() => {
        this.probing = undefined;
      });
    return this.probing;
  }

  /** The probe that is under way, if one is. */
  probed(): Promise<void> {
    return this.probing ?? Promise.resolve();
  }

  /** No further attempts. One that is under way ends by itself. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async attempt(): Promise<void> {
    const { spool, bounded, writer } = this.parts;
    try {
      await this.openIfNeeded();
      if (spool.isEmpty || bounded.isHung) {
        // Nothing to move, or to get at, says nothing about the store.
        await this.move(MAIN_CHAIN, []);
      }
      await this.replayToTheEnd();
      this.failedAttempts = 0;
      if (spool.isEmpty) {
        writer.caughtUp();
      }
    } catch (error) {
      this.failedAttempts++;
      writer.failed(error);
    } finally {
      writer.release();
    }
  }

  private async ask(): Promise<void> {
    await this.openIfNeeded();
    await this.move(MAIN_CHAIN, []);
  }

  private async replayToTheEnd(): Promise<void> {
    const { spool, bounded, writer } = this.parts;
    const fewEvents = BATCHES_WORTH_WAITING_FOR * spool.options.replayBatchEvents;
    do {
      await bounded.replay(this.move);
      // Under load something is always on its way into the spool: only a pause brings the end.
      if (!spool.isEmpty && spool.backlog().events <= fewEvents) {
        writer.hold();
      }
    } while (!spool.isEmpty && !this.stopped);
  }

  private async openIfNeeded(): Promise<void> {
    const { openStore } = this;
    if (openStore === undefined) {
      return;
    }
    const { commitTimeoutMs } = this.parts;
    // An attempt to open that is still under way is waited for again, never doubled.
    const opening = (this.opening ??= begin(openStore));
    opening.then(
      () => {
        this.openStore = undefined;
      },
      () => {
        this.opening = undefined;
      },
    );
    await limited(
      () => opening,
      commitTimeoutMs,
      () => noCommitWithin(commitTimeoutMs),
    ).inTime;
  }

  private readonly move = async (chain: ChainId, events: readonly AppendableEvent[]): Promise<void> => {
    const { store, commitTimeoutMs } = this.parts;
    try {
      await limited(
        () => store.appendMissing(chain, events),
        commitTimeoutMs,
        () => noCommitWithin(commitTimeoutMs),
      ).inTime;
      this.isStoreDown = false;
    } catch (error) {
      this.isStoreDown = !isRefusal(error);
      throw error;
    }
  };

  /** Full jitter: many processes that lost the same database do not come back at the same moment. */
  private pauseMs(): number {
    const { retryInitialMs, retryMaxMs } = this.parts.spool.options;
    return Math.random() * Math.min(retryMaxMs, retryInitialMs * 2 ** Math.min(this.failedAttempts, 30));
  }
}
