import type { ChainHead, ChainId } from '../../event/audit-record.js';
import { EventRefusedError, StoreUnavailableError } from '../../event/audit.error.js';
import type { Sealer } from '../../integrity/sealer.js';
import type { AppendReceipt, ReplayReceipt } from '../../storage/audit-store.js';
import { sealBatch, type PreparedEvent } from './sealed-batch.js';
import type { ServerDatabase } from './server-database.js';

/** After another process was met, so many appends in a row must find the head where this process left it. */
const QUIET_APPENDS = 3;
/** Appends that wait go together, until they are about so many events. */
const ENOUGH_EVENTS = 1000;

interface WaitingAppend {
  readonly events: readonly PreparedEvent[];
  readonly settle: (receipt: AppendReceipt) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * The appends of this process to one chain, one after another. While no other process appends to the chain, the head is
 * known without asking, and an append is one round trip. The database still decides: an append on a head that has
 * moved stores nothing, and is then done under the lock of the head, together with those that came while it waited.
 */
export class ChainWriter {
  private readonly waiting: WaitingAppend[] = [];
  private lastTurn: Promise<unknown> = Promise.resolve();
  private turns = 0;
  private head: ChainHead | undefined;
  private quiet = QUIET_APPENDS;
  private isFinishing = false;
  private failedWhileFinishing = false;

  constructor(
    private readonly database: ServerDatabase,
    private readonly chain: ChainId,
    private readonly sealer: Sealer,
  ) {}

  get isIdle(): boolean {
    return this.turns === 0;
  }

  append(events: readonly PreparedEvent[]): Promise<AppendReceipt> {
    return new Promise((settle, fail) => {
      this.waiting.push({ events, settle, fail });
      void this.inTurn(() => this.appendWaiting());
    });
  }

  appendMissing(events: readonly PreparedEvent[]): Promise<ReplayReceipt> {
    return this.inTurn(async () => {
      this.head = undefined;
      this.requireTrust();
      return this.database.withHead(this.chain, async (held) => {
        const seen = new Set(await held.knownIds(events.map(({ id }) => id)));
        const missing = events.filter(({ id }) => !seen.has(id) && seen.add(id));
        if (missing.length > 0) {
          await held.store(sealBatch(held.head, missing, this.sealer));
        }
        return { chain: this.chain, appended: missing.length };
      });
    });
  }

  /** Resolves when every append that was accepted has ended. The first that fails takes those behind it along. */
  async finish(): Promise<void> {
    this.isFinishing = true;
    while (this.turns > 0) {
      await this.lastTurn;
    }
  }

  /** Settles or fails at least the append that has waited longest. */
  private async appendWaiting(): Promise<void> {
    if (this.waiting.length === 0) {
      // It went together with the one before it.
      return;
    }
    const group: WaitingAppend[] = [];
    try {
      this.requireTrust();
      const firstPosition =
        (await this.appendAtKnownHead(group)) ?? (await this.appendUnderLock(group, () => this.take(group)));
      this.settle(group, firstPosition);
    } catch (error) {
      if (group.length > 1 && error instanceof EventRefusedError) {
        await this.appendOneByOne(group);
      } else {
        // Whoever waits for a database that is not there would only learn the same, later: nothing may pile up here.
        const behind = error instanceof StoreUnavailableError ? this.waiting.splice(0) : [];
        // Where the head could not even be locked, nobody was taken along.
        const failed = group.length + behind.length > 0 ? [...group, ...behind] : this.waiting.splice(0, 1);
        failed.forEach(({ fail }) => fail(error));
        this.failedWhileFinishing ||= this.isFinishing;
      }
    }
  }

  /** @returns the first position, or `undefined` when the chain does not end where this process left it */
  private async appendAtKnownHead(group: WaitingAppend[]): Promise<number | undefined> {
    const { head } = this;
    if (head === undefined || this.database.appendAt === undefined || this.quiet < QUIET_APPENDS) {
      return undefined;
    }
    this.take(group);
    const batch = sealBatch(head, eventsOf(group), this.sealer);
    this.head = undefined;
    if (await this.database.appendAt(head, batch)) {
      this.head = batch.head;
      return batch.firstPosition;
    }
    this.quiet = 0;
    return undefined;
  }

  /** @param takeMore called when the lock is there: others may have come while it was waited for */
  private async appendUnderLock(group: readonly WaitingAppend[], takeMore: () => void): Promise<number> {
    const lastSeen = this.head;
    this.head = undefined;
    const batch = await this.database.withHead(this.chain, async (held) => {
      if (lastSeen !== undefined) {
        this.quiet = held.head.hash === lastSeen.hash ? this.quiet + 1 : 0;
      }
      takeMore();
      const sealed = sealBatch(held.head, eventsOf(group), this.sealer);
      await held.store(sealed);
      return sealed;
    });
    this.head = batch.head;
    return batch.firstPosition;
  }

  /** One of several was refused, and with it all: each append stands for itself. */
  private async appendOneByOne(group: readonly WaitingAppend[]): Promise<void> {
    for (const append of group) {
      try {
        this.settle([append], await this.appendUnderLock([append], () => undefined));
      } catch (error) {
        append.fail(error);
      }
    }
  }

  /** Adds appends that wait to the group, in their order. */
  private take(group: WaitingAppend[]): void {
    let count = group.reduce((sum, { events }) => sum + events.length, 0);
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      count += next.events.length;
      if (group.length > 0 && count > ENOUGH_EVENTS) {
        break;
      }
      group.push(next);
      this.waiting.shift();
    }
  }

  private settle(group: readonly WaitingAppend[], firstPosition: number): void {
    let position = firstPosition;
    for (const { events, settle } of group) {
      settle({ chain: this.chain, firstPosition: position });
      position += events.length;
    }
  }

  private requireTrust(): void {
    if (this.failedWhileFinishing) {
      throw new StoreUnavailableError('it failed while it was being closed');
    }
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.turns++;
    const turn = this.lastTurn.then(work);
    const end = (): void => {
      this.turns--;
    };
    this.lastTurn = turn.then(end, end);
    return turn;
  }
}

function eventsOf(group: readonly WaitingAppend[]): readonly PreparedEvent[] {
  return group.length === 1 ? (group[0]?.events ?? []) : group.flatMap(({ events }) => events);
}
