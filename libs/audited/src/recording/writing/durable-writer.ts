import type { ChainId } from '../../event/audit-record.js';
import { ClosedError } from '../../event/audit.error.js';
import type { AppendableEvent, AppendReceipt, AuditStore } from '../../storage/audit-store.js';
import type { FailureLog } from '../accounting/failure-log.js';
import type { LossLedger, LossReport } from '../accounting/loss-ledger.js';
import { BoundedSpool } from '../spool/bounded-spool.js';
import type { SpoolBacklog } from '../spool/owned-files.js';
import { isRefusal } from '../spool/segment-replay.js';
import { SpoolDrain } from '../spool/spool-drain.js';
import type { Spool } from '../spool/spool.js';
import type { SpoolOptions } from '../spool/spool.options.js';
import { limited, noCommitWithin, settledWithin, type LimitedCall } from '../spool/time-limit.js';
import { WriteGate } from '../spool/write-gate.js';

/** Where events became durable. In the spool they have no position yet. */
export type Written = { readonly place: 'store'; readonly firstPosition: number } | { readonly place: 'spool' };

/** What the durable write path is made of. */
export interface DurableWriterParts {
  readonly store: AuditStore;
  /** Takes over while the store is down; without one, what the store does not take is lost. */
  readonly spool: Spool | undefined;
  /** How long the store may take for one transaction, and the spool for one write. */
  readonly commitTimeoutMs: number;
  readonly failures: FailureLog;
  /** Counts the events of every write that rejects. */
  readonly losses: LossLedger;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

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

/** A write that the store was asked for and that is not settled yet. */
interface DirectWrite {
  readonly chain: ChainId;
  readonly events: readonly AppendableEvent[];
  readonly call: LimitedCall<AppendReceipt>;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** The local disk gets this long at the end, when the deadline has passed already. */
const LAST_WORDS_MS = 1000;
const IN_SPOOL: Written = Object.freeze({ place: 'spool' });

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
  /** Closed for the moment in which a replay moves the last events. */
  private readonly gate = new WriteGate();
  private storeHangs = false;
  private closed = false;
  private closing: Promise<void> | undefined;
  private storeIsBack: (() => void) | undefined;

  constructor(private readonly parts: DurableWriterParts) {
    const { spool, store, commitTimeoutMs, losses } = parts;
    if (spool !== undefined) {
      this.spool = new BoundedSpool(spool, commitTimeoutMs);
      this.drain = new SpoolDrain({
        spool,
        store,
        commitTimeoutMs,
        writer: {
          hold: () => (this.mode === 'spool' ? this.gate.close(commitTimeoutMs) : undefined),
          release: () => this.gate.open(),
          caughtUp: () => this.returnToStore(),
        },
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
    return this.spool === undefined ? this.storeHangs : this.spool.isHung;
  }

  /** Begins. What an earlier process left in the spool, which has to be open, is moved before anything new. */
  start({ storeIsOpen, open }: StoreAtStart = { storeIsOpen: true, open: () => this.parts.store.open() }): void {
    if (this.drain === undefined) {
      return;
    }
    if (!storeIsOpen) {
      this.drain.openFirst(open);
    }
    if (!storeIsOpen || this.parts.spool?.isEmpty === false) {
      this.mode = 'spool';
      this.drain.wake(true);
    }
  }

  /**
   * Resolves when the events are durable, all of them in one place. When it rejects they are lost as far as anybody can
   * know, and counted.
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
    return this.mode === 'store' || this.spool === undefined
      ? this.toStore(chain, events)
      : this.toSpool(this.spool, chain, events);
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
    if (spool?.isEmpty === false && leftMs() > 0) {
      await settledWithin(this.drain?.drainNow() ?? Promise.resolve(), leftMs());
    }
    this.drain?.stop();
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
    const { drain, spool } = this;
    if (drain === undefined || spool === undefined) {
      this.underWay.delete(write);
      this.lose('store', write.events.length, [write.call.finally]);
      write.reject(error);
      return;
    }
    this.parts.failures.report('store', 'The audit store did not take events; they wait in the spool', error);
    this.mode = 'spool';
    drain.isStoreDown = !isRefusal(error);
    // All that are under way, in their order: what waits for the store any longer would be overtaken.
    const givenUp = [...this.underWay];
    this.underWay.clear();
    for (const one of givenUp) {
      void this.spoolInstead(spool, one);
    }
    drain.wake(isRefusal(error));
  }

  private async spoolInstead(
    spool: BoundedSpool,
    { chain, events, call, resolve, reject }: DirectWrite,
  ): Promise<void> {
    const spooling = spool.append(chain, events);
    try {
      await spooling.inTime;
      resolve(IN_SPOOL);
    } catch (spoolError) {
      await call.inTime.then(
        ({ firstPosition }) => resolve({ place: 'store', firstPosition }),
        () => {
          this.lose('spool', events.length, [call.finally, spooling.finally]);
          reject(spoolError);
        },
      );
    }
  }

  private async toSpool(spool: BoundedSpool, chain: ChainId, events: readonly AppendableEvent[]): Promise<Written> {
    const spooling = spool.append(chain, events);
    try {
      await spooling.inTime;
      return IN_SPOOL;
    } catch (spoolError) {
      if (this.drain?.isStoreDown === false) {
        // The store answers, and only what waits is in the way: out of order is better than lost.
        const call = this.storeCall(chain, events);
        const stored = await call.inTime.catch(() => undefined);
        if (stored !== undefined) {
          return { place: 'store', firstPosition: stored.firstPosition };
        }
        this.drain.isStoreDown = true;
        this.lose('spool', events.length, [call.finally, spooling.finally]);
      } else {
        this.lose('spool', events.length, [spooling.finally]);
      }
      throw spoolError;
    }
  }

  private returnToStore(): void {
    if (this.mode === 'spool') {
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
