import type { ChainHead, ChainId } from '../../event/audit-record.js';
import { StoreUnavailableError } from '../../event/audit.error.js';
import type { AppendReceipt, ReplayReceipt } from '../../storage/audit-store.js';
import { sealBatch, type PreparedEvent } from './sealed-batch.js';
import type { ServerDatabase } from './server-database.js';

/** After another process was met, so many appends in a row must find the head where this process left it. */
const QUIET_APPENDS = 3;

/**
 * The appends of this process to one chain, one after another. While no other process appends to the chain, the head is
 * known without asking, and an append is one round trip. The database still decides: an append on a head that has
 * moved stores nothing, and is then done under the lock of the head.
 */
export class ChainWriter {
  private lastTurn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private head: ChainHead | undefined;
  private quiet = QUIET_APPENDS;
  private finishing = false;
  private failedWhileFinishing = false;

  constructor(
    private readonly database: ServerDatabase,
    private readonly chain: ChainId,
  ) {}

  get isIdle(): boolean {
    return this.waiting === 0;
  }

  append(events: readonly PreparedEvent[]): Promise<AppendReceipt> {
    return this.inTurn(async () => {
      const firstPosition = (await this.appendAtKnownHead(events)) ?? (await this.appendUnderLock(events));
      return { chain: this.chain, firstPosition };
    });
  }

  appendMissing(events: readonly PreparedEvent[]): Promise<ReplayReceipt> {
    return this.inTurn(() =>
      this.database.withHead(this.chain, async (held) => {
        const seen = new Set(await held.knownIds(events.map(({ id }) => id)));
        const missing = events.filter(({ id }) => !seen.has(id) && seen.add(id));
        if (missing.length > 0) {
          await held.store(sealBatch(held.head, missing));
        }
        return { chain: this.chain, appended: missing.length };
      }),
    ).finally(() => {
      this.head = undefined;
    });
  }

  /** Resolves when every append that was accepted has ended. The first that fails takes those behind it along. */
  async finish(): Promise<void> {
    this.finishing = true;
    while (this.waiting > 0) {
      await this.lastTurn;
    }
  }

  /** @returns the first position, or `undefined` when the chain does not end where this process left it */
  private async appendAtKnownHead(events: readonly PreparedEvent[]): Promise<number | undefined> {
    const { head } = this;
    if (head === undefined || this.database.appendAt === undefined || this.quiet < QUIET_APPENDS) {
      return undefined;
    }
    const batch = sealBatch(head, events);
    this.head = undefined;
    if (await this.database.appendAt(head, batch)) {
      this.head = batch.head;
      return batch.firstPosition;
    }
    this.quiet = 0;
    return undefined;
  }

  private async appendUnderLock(events: readonly PreparedEvent[]): Promise<number> {
    const lastSeen = this.head;
    this.head = undefined;
    const batch = await this.database.withHead(this.chain, async (held) => {
      if (lastSeen !== undefined) {
        this.quiet = held.head.hash === lastSeen.hash ? this.quiet + 1 : 0;
      }
      const sealed = sealBatch(held.head, events);
      await held.store(sealed);
      return sealed;
    });
    this.head = batch.head;
    return batch.firstPosition;
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.waiting++;
    const turn = this.lastTurn.then(async () => {
      if (this.failedWhileFinishing) {
        throw new StoreUnavailableError('it failed while it was being closed');
      }
      return work();
    });
    this.lastTurn = turn.then(
      () => {
        this.waiting--;
      },
      () => {
        this.waiting--;
        this.failedWhileFinishing ||= this.finishing;
      },
    );
    return turn;
  }
}
