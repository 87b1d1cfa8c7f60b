import type { ChainId } from '../../event/audit-record.js';
import { ClosedError, OverloadedError } from '../../event/audit.error.js';
import type { AuditDurability } from '../../event/durability.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { isRefusal } from '../spool/segment-replay.js';
import type { Written } from './written.js';

/** Bounds of the queue before the store, and of one commit. */
export interface GroupCommitLimits {
  /** Events that may wait for the store. */
  readonly maxQueuedEvents: number;
  /** Characters of canonical text that may wait; about as many bytes. */
  readonly maxQueuedBytes: number;
  /** Events in one transaction. */
  readonly maxBatchEvents: number;
  /** How long one transaction may take before its events go to the spool, and their callers are released. */
  readonly commitTimeoutMs: number;
}

/** Where batches go. */
export interface BatchWriter {
  /**
   * Resolves when all of them are durable. Ends in time, whatever hangs. A refusal of more than one event decides
   * nothing yet: none of them is stored, and each may be written again.
   */
  write(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written>;
  /** True while there is a place besides the store for what that has no time for. */
  readonly takesOverflow?: boolean;
  /** Like `write`, but not to the store. */
  overflow?(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written>;
  /** The store has had its time: everything goes to the spool from now on. False when there is none. */
  spoolFromNow?(): boolean;
  /** True while a write can only run into its time limit; absent when that never happens. */
  readonly isHung?: boolean;
}

/** Where an event is durable. In the spool it has no position yet. */
export type Committed = { readonly place: 'store'; readonly position: number } | { readonly place: 'spool' };

interface Waiting {
  readonly event: AppendableEvent;
  readonly settle: (committed: Committed) => void;
  readonly fail: (error: unknown) => void;
}

/** So many batches may be at the store at a time: one commits while the next is already there. */
const MAX_BATCHES_UNDER_WAY = 2;
/** A second batch leaves early only when it is worth a transaction of its own. */
const WORTH_A_BATCH = 48;
/** What nobody waits for may fill so much of the queue; the rest is for those who were promised a record. */
const BEST_EFFORT_SHARE = 0.75;

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
  private readonly bestEffortEvents: number;
  private readonly bestEffortBytes: number;
  /** A queue of its own for what this one has no room for; made when it is needed first. */
  private aside: GroupCommit | undefined;

  constructor(
    private readonly writer: BatchWriter,
    private readonly chain: ChainId,
    private readonly limits: GroupCommitLimits,
  ) {
    this.bestEffortEvents = Math.ceil(BEST_EFFORT_SHARE * limits.maxQueuedEvents);
    this.bestEffortBytes = Math.ceil(BEST_EFFORT_SHARE * limits.maxQueuedBytes);
  }

  /**
   * Resolves once the event is durable.
   *
   * @param level `best-effort` is refused first; for the others the spool steps in when the queue is full
   */
  append(event: AppendableEvent, level?: AuditDurability): Promise<Committed> {
    if (this.closed) {
      return Promise.reject(new ClosedError());
    }
    const isBestEffort = level === 'best-effort';
    if (this.queue.length >= (isBestEffort ? this.bestEffortEvents : this.limits.maxQueuedEvents)) {
      return this.noRoom(event, isBestEffort, 'maxQueuedEvents');
    }
    const bytes = event.body.length + (event.personal?.length ?? 0);
    if (this.queuedBytes + bytes > (isBestEffort ? this.bestEffortBytes : this.limits.maxQueuedBytes)) {
      return this.noRoom(event, isBestEffort, 'maxQueuedBytes');
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
    await Promise.all([this.drain(), this.aside?.close()]);
  }

  /** Everything that waits, and all that comes, goes to the spool. @returns false when there is none */
  spoolFromNow(): boolean {
    return this.writer.spoolFromNow?.() ?? false;
  }

  /** The spool is a place, too, and durable is what counts: these events overtake what waits for the store. */
  private noRoom(
    event: AppendableEvent,
    isBestEffort: boolean,
    option: 'maxQueuedEvents' | 'maxQueuedBytes',
  ): Promise<Committed> {
    const { writer } = this;
    if (isBestEffort || writer.takesOverflow !== true || writer.overflow === undefined) {
      return Promise.reject(new OverloadedError(option, this.limits[option]));
    }
    const write = writer.overflow.bind(writer);
    // Bounded like this queue, and with batches of its own: the disk is flushed once for many events.
    this.aside ??= new GroupCommit(
      {
        write,
        get isHung(): boolean {
          return writer.isHung === true;
        },
      },
      this.chain,
      this.limits,
    );
    return this.aside.append(event);
  }

  private async drain(): Promise<void> {
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
      if (this.closed && this.writer.isHung === true) {
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
    // The writer never saw them: it is the recorder that books what is refused because of the end.
    const error = new ClosedError();
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
      const written = await this.writer.write(this.chain, events);
      if (written.place === 'spool') {
        batch.forEach(({ settle }) => settle(written));
      } else {
        const { firstPosition } = written;
        batch.forEach(({ settle }, index) => settle({ place: 'store', position: firstPosition + index }));
      }
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) {
        // Nobody else's event is lost because of one that the store will not take.
        const middle = batch.length >> 1;
        await this.commit(batch.slice(0, middle));
        await this.commit(batch.slice(middle));
      } else {
        batch.forEach(({ fail }) => fail(error));
      }
    }
  }
}
