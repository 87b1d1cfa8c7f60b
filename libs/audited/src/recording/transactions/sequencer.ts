import type { ChainId } from '../../event/audit-record.js';
import { StoreUnavailableError } from '../../event/audit.error.js';
import type { AuditInbox, InboxEntry } from '../../storage/audit-inbox.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { FailureLog } from '../accounting/failure-log.js';

/** Bounds and pace of a {@link Sequencer}. */
export interface SequencerLimits {
  /** How often an inbox is looked into that nobody wakes us for: other processes write too. @default 500 */
  readonly pollMs: number;
  /** Most events of one drain. @default 500 */
  readonly batchEvents: number;
  /** How long the store may take for the events of one drain before they are tried again. @default 30000 */
  readonly moveTimeoutMs: number;
}

export const DEFAULT_SEQUENCER_LIMITS: SequencerLimits = Object.freeze({
  pollMs: 500,
  batchEvents: 500,
  moveTimeoutMs: 30_000,
});

/** What a sequencer is made of. */
export interface SequencerParts extends Partial<SequencerLimits> {
  readonly inbox: AuditInbox;
  /** Stores what is not stored yet, in order: `AuditStore.appendMissing`. */
  readonly move: (chain: ChainId, events: readonly AppendableEvent[]) => Promise<unknown>;
  readonly failures: Pick<FailureLog, 'report' | 'recovered'>;
  /** For the jitter; from 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** After the first failure at most the first of these; never more than the second. */
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 10_000;

/**
 * Moves events from the inbox into their chains, in order, each exactly once. While the store is down they stay in
 * the inbox, which is durable; an event that the store refuses for good is told, counted and left there, and holds
 * nothing up.
 */
export class Sequencer {
  private readonly limits: SequencerLimits;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWoken = false;
  private isClosed = false;
  private isStarted = false;
  private failuresInARow = 0;

  constructor(private readonly parts: SequencerParts) {
    const { pollMs, batchEvents, moveTimeoutMs } = DEFAULT_SEQUENCER_LIMITS;
    this.limits = {
      pollMs: parts.pollMs ?? pollMs,
      batchEvents: parts.batchEvents ?? batchEvents,
      moveTimeoutMs: parts.moveTimeoutMs ?? moveTimeoutMs,
    };
  }

  /** Begins with what an earlier run left in the inbox. The inbox is open. */
  start(): void {
    this.isStarted = true;
    this.wake();
  }

  /** A transaction with events has committed. While the store is down, this shortens no waiting. */
  wake(): void {
    if (!this.isStarted || this.isClosed) {
      return;
    }
    this.isWoken = true;
    if (this.running === undefined && this.failuresInARow === 0) {
      this.run();
    }
  }

  /** Moves what is committed by now, as far as the deadline lets it, and closes the inbox. What is left stays there. */
  async close(deadlineMs: number): Promise<void> {
    if (this.isClosed) {
      return;
    }
    const wasStarted = this.isStarted;
    this.isClosed = true;
    clearTimeout(this.timer);
    if (wasStarted) {
      await settledWithin(this.lastDrain(), deadlineMs);
    }
    await this.parts.inbox.close();
  }

  private async lastDrain(): Promise<void> {
    await this.running;
    await this.drainAll();
  }

  private run(): void {
    clearTimeout(this.timer);
    this.running = this.drainAll().then((nextAfterMs) => {
      this.running = undefined;
      if (this.isClosed) {
        return;
      }
      if (this.isWoken && this.failuresInARow === 0) {
        this.run();
      } else {
        this.timer = setTimeout(() => this.run(), nextAfterMs);
        this.timer.unref();
      }
    });
  }

  /** @returns when to look again */
  private async drainAll(): Promise<number> {
    try {
      let moved: number;
      do {
        this.isWoken = false;
        moved = await this.parts.inbox.drain(this.limits.batchEvents, (entries) => this.moveAll(entries));
      } while (moved > 0);
      if (this.failuresInARow > 0) {
        this.failuresInARow = 0;
        this.parts.failures.recovered('inbox');
      }
      return this.limits.pollMs;
    } catch (error) {
      this.parts.failures.report(
        'inbox',
        'Committed events wait in the inbox and are tried again; none is lost',
        error,
      );
      this.failuresInARow++;
      return backoffMs(this.failuresInARow, (this.parts.random ?? Math.random)());
    }
  }

  /** @returns the entries that the store refuses for good */
  private async moveAll(entries: readonly InboxEntry[]): Promise<readonly InboxEntry[]> {
    const byChain = new Map<ChainId, InboxEntry[]>();
    for (const entry of entries) {
      const group = byChain.get(entry.chain);
      if (group === undefined) {
        byChain.set(entry.chain, [entry]);
      } else {
        group.push(entry);
      }
    }
    const deadline = performance.now() + this.limits.moveTimeoutMs;
    const refused: InboxEntry[] = [];
    for (const [chain, group] of byChain) {
      refused.push(...(await this.moveGroup(chain, group, deadline)));
    }
    return refused;
  }

  /** Halves what was refused until the events that are to blame stand alone; order is kept. */
  private async moveGroup(
    chain: ChainId,
    group: readonly InboxEntry[],
    deadline: number,
  ): Promise<readonly InboxEntry[]> {
    try {
      const events = group.map(({ event }) => event);
      await settledBy(this.parts.move(chain, events), deadline, this.limits.moveTimeoutMs);
      return [];
    } catch (error) {
      const [only] = group;
      if (only === undefined || !(isRefusal(error) || group.some(isUnreadable))) {
        throw error;
      }
      if (group.length === 1) {
        this.parts.failures.report(
          'refused',
          'An event of a committed transaction was refused by the store and stays in the inbox',
          error,
        );
        return [only];
      }
      const middle = Math.ceil(group.length / 2);
      const first = await this.moveGroup(chain, group.slice(0, middle), deadline);
      return [...first, ...(await this.moveGroup(chain, group.slice(middle), deadline))];
    }
  }
}

/**
 * How long to wait after so many failures in a row: up to twice as long each time, and by chance, so that processes that
 * failed together do not come back together.
 *
 * @param random from 0 to 1
 */
export function backoffMs(failuresInARow: number, random: number): number {
  return random * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failuresInARow - 1));
}

const REFUSALS = ['AUDIT_EVENT_REFUSED', 'AUDIT_CHAIN_INVALID'];

/** By the code: a store of the application's own may throw the errors of a second copy of this package. */
function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && REFUSALS.includes(String(error.code));
}

/** Whether somebody wrote something else into the inbox's table: no store can seal it. */
function isUnreadable({ event }: InboxEntry): boolean {
  try {
    const body: unknown = JSON.parse(event.body);
    const { id } = (body ?? {}) as { readonly id?: unknown };
    return typeof id !== 'string';
  } catch {
    // Not even JSON: that is the answer.
    return true;
  }
}

function settledBy(work: Promise<unknown>, deadline: number, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new StoreUnavailableError(`it did not take the events of the inbox within ${limitMs} ms`)),
      Math.max(0, deadline - performance.now()),
    );
    timer.unref();
    work.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}

function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
