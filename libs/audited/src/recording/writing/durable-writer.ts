import type { ChainId } from '../../event/audit-record.js';
import { ClosedError } from '../../event/audit.error.js';
import type { AppendableEvent, AppendReceipt } from '../../storage/audit-store.js';
import type { LossReport } from '../accounting/loss-ledger.js';
import { ToldProblems } from '../accounting/told-problems.js';
import { BoundedSpool } from '../spool/bounded-spool.js';
import type { SpoolBacklog } from '../spool/owned-files.js';
import { isRefusal } from '../spool/segment-replay.js';
import { SpoolDrain } from '../spool/spool-drain.js';
import type { SpoolOptions } from '../spool/spool.options.js';
import { limited, noCommitWithin, settledWithin, type LimitedCall } from '../spool/time-limit.js';
import { WriteGate } from '../spool/write-gate.js';
import type { DurableWriterParts } from './durable-writer.parts.js';
import { SpoolSide, type DirectWrite } from './spool-side.js';
import type { Written } from './written.js';

/** Whether the store was there when the application started, and how to open it if not. */
export interface StoreAtStart {
  readonly storeIsOpen: boolean;
  readonly open: () => Promise<void>;
}

/** The state of the write path, for the operator. */
export interface WriterStatus {
  /** Where events go at the moment. */
  readonly mode: 'store' | 'spool';
  /** Attempts to reach the store since it last answered. */
  readonly attempts: number;
  /** Absent without a spool. */
  readonly backlog?: SpoolBacklog;
  /** Lost and not yet said in the log; absent when there is nothing. */
  readonly losses?: LossReport;
}

/** The local disk gets this long at the end, when the deadline has passed already. */
const LAST_WORDS_MS = 1000;

/**
 * Makes events durable: in the store, or, while that is down, hung or refuses them, in the spool. After the first
 * failure everything goes to the spool at once, until a replay has moved all of it in order; so nothing that was
 * acknowledged is overtaken. An append that was given up may still arrive: ids make it once.
 */
export class DurableWriter {
  private mode: 'store' | 'spool' = 'store';
  private readonly underWay = new Set<DirectWrite>();
  private readonly spool: BoundedSpool | undefined;
  private readonly drain: SpoolDrain | undefined;
  private readonly side: SpoolSide | undefined;
  /** Closed for the moment in which a replay moves the last events. */
  private readonly gate = new WriteGate();
  private readonly toldProblems = new ToldProblems();
  private storeHangs = false;
  private spoolsForGood = false;
  private closed = false;
  private closing: Promise<void> | undefined;
  private storeIsBack: (() => void) | undefined;

  constructor(private readonly parts: DurableWriterParts) {
    const { spool, store, commitTimeoutMs, losses } = parts;
    if (spool !== undefined) {
      this.spool = new BoundedSpool(spool, commitTimeoutMs);
      this.drain = new SpoolDrain({
        spool,
        bounded: this.spool,
        store,
        commitTimeoutMs,
        writer: {
          hold: () => (this.mode === 'spool' && !this.spoolsForGood ? this.gate.close(commitTimeoutMs) : undefined),
          release: () => this.gate.open(),
          caughtUp: () => this.returnToStore(),
          failed: (error) => this.drainFailed(error),
        },
      });
      this.side = new SpoolSide({
        spool: this.spool,
        drain: this.drain,
        storeCall: (chain, events) => this.storeCall(chain, events),
        lose: (cause, count, calls) => this.lose(cause, count, calls),
      });
      losses.keepIn((text) => spool.keepLosses(text));
      spool.whenTakenOver(() => this.drain?.wake(true));
    }
  }

  /** Has the listener told whenever the store takes events again after the spool had to. */
  whenStoreIsBack(listener: () => void): void {
    this.storeIsBack = listener;
  }

  /** What a full spool means for the caller; `undefined` without a spool. */
  get whenFull(): SpoolOptions['whenFull'] | undefined {
    return this.parts.spool?.options.whenFull;
  }

  /** True while a write can only run into its time limit. */
  get isHung(): boolean {
    return this.spool === undefined ? this.storeHangs : this.spool.isHung && this.drain?.isStoreDown === true;
  }

  /** True while the spool can take what the store has no time for. */
  get takesOverflow(): boolean {
    return this.spool?.isHung === false && !this.closed;
  }

  /** Begins. What an earlier process left in the spool, which has to be open, is moved before anything new. */
  start({ storeIsOpen, open }: StoreAtStart = { storeIsOpen: true, open: () => this.parts.store.open() }): void {
    if (this.drain === undefined) {
      return;
    }
    if (!storeIsOpen) {
      this.drain.openFirst(open);
      // Told by whoever tried.
      this.toldProblems.storeIsDown();
    }
    if (!storeIsOpen || this.parts.spool?.isEmpty === false) {
      this.mode = 'spool';
      this.drain.wake(true);
    }
  }

  /**
   * Resolves when the events are durable, all of them in one place. When it rejects they are lost as far as anybody can
   * know, and counted; but a refusal of more than one event, which only a writer without spool passes on, decides nothing:
   * each may be written again.
   *
   * @throws ClosedError, SpoolFullError, SpoolUnusableError; without a spool, what the store says
   */
  write(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written> {
    if (this.closed) {
      return Promise.reject(new ClosedError());
    }
    if (this.gate.isClosed) {
      return this.gate.wait(() => this.write(chain, events));
    }
    return this.mode === 'store' || this.side === undefined
      ? this.toStore(chain, events)
      : this.side.write(chain, events);
  }

  /**
   * Like `write`, but to the spool, while the store goes on with what it has: for events that find no room in the queue
   * before it.
   */
  async overflow(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written> {
    const { side, drain } = this;
    if (this.closed || side === undefined) {
      throw new ClosedError();
    }
    if (this.gate.isClosed) {
      return this.gate.wait(() => this.overflow(chain, events));
    }
    try {
      return await side.write(chain, events);
    } finally {
      if (this.mode === 'store') {
        drain?.wake(true);
      }
    }
  }

  /**
   * From now on, and for good, everything goes to the spool at once, first what is under way: a shutdown has no time
   * left for the store.
   *
   * @returns false without a spool: then nothing changes
   */
  spoolFromNow(): boolean {
    const { side } = this;
    if (side !== undefined && !this.spoolsForGood) {
      this.spoolsForGood = true;
      this.mode = 'spool';
      this.gate.open();
      this.handOver(side);
    }
    return side !== undefined;
  }

  status(): WriterStatus {
    const backlog = this.parts.spool?.backlog();
    const losses = this.parts.losses.pending();
    return {
      mode: this.mode,
      attempts: this.drain?.attempts ?? 0,
      ...(backlog === undefined ? {} : { backlog }),
      ...(losses === undefined ? {} : { losses }),
    };
  }

  /** Ends within about the deadline: what is under way ends, the spool is moved as far as that goes, and is left behind. */
  close(deadlineMs: number): Promise<void> {
    this.closing ??= this.end(performance.now() + deadlineMs);
    return this.closing;
  }

  private async end(deadline: number): Promise<void> {
    const { spool, losses } = this.parts;
    this.gate.open();
    this.closed = true;
    const leftMs = (): number => deadline - performance.now();
    const calls = [...this.underWay].map(({ call }) => call.inTime);
    await settledWithin(Promise.allSettled(calls), leftMs());
    this.spoolFromNow();
    if (spool?.isEmpty === false && leftMs() > 0) {
      await settledWithin(this.drain?.drainNow() ?? Promise.resolve(), leftMs());
    }
    this.drain?.stop();
    await settledWithin(this.side?.settled() ?? Promise.resolve(), Math.max(LAST_WORDS_MS, leftMs()));
    await settledWithin(losses.kept(), Math.max(LAST_WORDS_MS, leftMs()));
    await settledWithin(spool?.close() ?? Promise.resolve(), Math.max(LAST_WORDS_MS, leftMs()));
  }

  private toStore(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written> {
    return new Promise((resolve, reject) => {
      const call = this.storeCall(chain, events);
      const write: DirectWrite = { chain, events, call, resolve, reject };
      this.underWay.add(write);
      call.inTime.then(
        ({ firstPosition }) => {
          if (this.underWay.delete(write)) {
            resolve({ place: 'store', firstPosition });
          }
        },
        (error: unknown) => {
          if (this.underWay.has(write)) {
            this.storeFailed(write, error);
          }
        },
      );
    });
  }

  private storeCall(chain: ChainId, events: readonly AppendableEvent[]): LimitedCall<AppendReceipt> {
    const { store, commitTimeoutMs } = this.parts;
    this.storeHangs = false;
    return limited(
      () => store.append(chain, events),
      commitTimeoutMs,
      () => {
        this.storeHangs = true;
        return noCommitWithin(commitTimeoutMs);
      },
    );
  }

  private storeFailed(write: DirectWrite, error: unknown): void {
    const { drain, side } = this;
    if (drain === undefined || side === undefined) {
      this.underWay.delete(write);
      if (write.events.length === 1 || !isRefusal(error)) {
        this.lose('store', write.events.length, [write.call.finally]);
      }
      write.reject(error);
      return;
    }
    this.mode = 'spool';
    drain.isStoreDown = !isRefusal(error);
    this.handOver(side);
    drain.wake(isRefusal(error));
    this.toldProblems.isNews(error);
    this.parts.failures.report('store', 'The audit store did not take events; they wait in the spool', error);
  }

  /** All that are under way, in their order: what waits for the store any longer would be overtaken. */
  private handOver(side: SpoolSide): void {
    const givenUp = [...this.underWay];
    this.underWay.clear();
    givenUp.forEach((one) => side.takeFrom(one));
  }

  /** At the end it is no news that something is left: it is moved at the next start. */
  private drainFailed(error: unknown): void {
    if (!this.closed && this.toldProblems.isNews(error)) {
      const consequence = 'What waits in the audit spool could not be moved to the store; it is tried again';
      this.parts.failures.reportAnother('store', consequence, error);
    }
  }

  private returnToStore(): void {
    this.toldProblems.forget();
    if (this.mode === 'spool' && !this.spoolsForGood) {
      this.mode = 'store';
      this.parts.failures.recovered('store');
      this.parts.failures.recovered('spool');
      this.storeIsBack?.();
    }
  }

  /** Nobody will be told that these are durable. When they arrive after all, they are not lost. */
  private lose(cause: string, count: number, calls: readonly Promise<unknown>[]): void {
    const { losses, now = Date.now } = this.parts;
    const loss = losses.add(cause, count, now());
    Promise.any(calls).then(
      () => losses.takeBack(loss),
      () => undefined,
    );
  }
}
