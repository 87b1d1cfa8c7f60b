import type { ChainId } from '../event/audit-record.js';
import { ClosedError, OverloadedError, StoreUnavailableError } from '../event/audit.error.js';
import type { AppendableEvent, AppendReceipt, AuditStore } from '../storage/audit-store.js';

/** Bounds of the queue before the store. */
export interface GroupCommitLimits {
  /** Events that may wait for the store. */
  readonly maxQueuedEvents: number;
  /** Characters of canonical text that may wait; about as many bytes. */
  readonly maxQueuedBytes: number;
  /** Events in one transaction. */
  readonly maxBatchEvents: number;
  /** How long one transaction may take before its callers are released. */
  readonly commitTimeoutMs: number;
}

interface Waiting {
  readonly event: AppendableEvent;
  readonly settle: (position: number) => void;
  readonly fail: (error: unknown) => void;
}

/** So many batches may be at the store at a time: one commits while the next is already there. */
const MAX_BATCHES_UNDER_WAY = 2;
/** A second batch leaves early only when it is worth a transaction of its own. */
const WORTH_A_BATCH = 16;

/**
 * Concurrent callers share one transaction: while one commits, the next batch fills. No timer delays
 * a lone caller. A second batch may be at the store before the first has committed, so that store and
 * application work at the same time instead of taking turns; batches keep their order.
 */
export class GroupCommit {
  private queue: Waiting[] = [];
  private queuedBytes = 0;
  private readonly underWay = new Set<Promise<void>>();
  private departing = false;
  private closed = false;
  /** The last transaction did not end in time. */
  private isHung = false;

  constructor(
    private readonly store: AuditStore,
    private readonly chain: ChainId,
    private readonly limits: GroupCommitLimits,
  ) {}

  /** Resolves with the event's position once it is durable. */
  append(event: AppendableEvent): Promise<number> {
    if (this.closed) {
      return Promise.reject(new ClosedError());
    }
    if (this.queue.length >= this.limits.maxQueuedEvents) {
      return Promise.reject(new OverloadedError('maxQueuedEvents', this.limits.maxQueuedEvents));
    }
    const bytes = event.body.length + (event.personal?.length ?? 0);
    if (this.queuedBytes + bytes > this.limits.maxQueuedBytes) {
      return Promise.reject(new OverloadedError('maxQueuedBytes', this.limits.maxQueuedBytes));
    }
    this.queuedBytes += bytes;
    return new Promise((settle, fail) => {
      this.queue.push({ event, settle, fail });
      this.depart();
    });
  }

  /** Takes no more events; resolves when everything that was accepted is durable or has failed. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.queue.length > 0 || this.underWay.size > 0) {
      if (this.underWay.size === 0) {
        this.send();
      }
      await Promise.all(this.underWay);
    }
  }

  /** Sends a batch on its way if this is the moment; callers of the same turn are in it together. */
  private depart(): void {
    const due = this.underWay.size === 0 ? 1 : WORTH_A_BATCH;
    if (!this.departing && this.queue.length >= due && this.underWay.size < MAX_BATCHES_UNDER_WAY) {
      this.departing = true;
      queueMicrotask(() => {
        this.departing = false;
        this.send();
      });
    }
  }

  private send(): void {
    if (this.queue.length === 0 || this.underWay.size >= MAX_BATCHES_UNDER_WAY) {
      return;
    }
    const commit = this.commit(this.takeBatch()).then(() => {
      this.underWay.delete(commit);
      if (this.closed && this.isHung) {
        this.abandonQueue();
      }
      this.send();
    });
    this.underWay.add(commit);
  }

  /** A shutdown waits for a hung store once, not once for every batch. */
  private abandonQueue(): void {
    const abandoned = this.queue;
    this.queue = [];
    this.queuedBytes = 0;
    const error = new StoreUnavailableError('it hung while the application was shutting down');
    abandoned.forEach(({ fail }) => fail(error));
  }

  private takeBatch(): Waiting[] {
    const batch =
      this.queue.length <= this.limits.maxBatchEvents ? this.queue : this.queue.slice(0, this.limits.maxBatchEvents);
    this.queue = this.queue.slice(batch.length);
    for (const { event } of batch) {
      this.queuedBytes -= event.body.length + (event.personal?.length ?? 0);
    }
    return batch;
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const events = batch.map(({ event }) => event);
      this.isHung = false;
      const { firstPosition } = await this.inTime(this.store.append(this.chain, events));
      batch.forEach(({ settle }, index) => settle(firstPosition + index));
    } catch (error) {
      batch.forEach(({ fail }) => fail(error));
    }
  }

  private inTime(commit: Promise<AppendReceipt>): Promise<AppendReceipt> {
    const { commitTimeoutMs } = this.limits;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.isHung = true;
        reject(new StoreUnavailableError(`no commit within commitTimeoutMs = ${commitTimeoutMs}`));
      }, commitTimeoutMs);
      commit.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
