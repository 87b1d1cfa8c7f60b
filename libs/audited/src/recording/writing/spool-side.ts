import type { ChainId } from '../../event/audit-record.js';
import type { AppendableEvent, AppendReceipt } from '../../storage/audit-store.js';
import type { BoundedSpool } from '../spool/bounded-spool.js';
import { isRefusal } from '../spool/segment-replay.js';
import type { SpoolDrain } from '../spool/spool-drain.js';
import type { LimitedCall } from '../spool/time-limit.js';
import type { Written } from './written.js';

/** A write that the store was asked for and that is not settled yet. */
export interface DirectWrite {
  readonly chain: ChainId;
  readonly events: readonly AppendableEvent[];
  readonly call: LimitedCall<AppendReceipt>;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

/** What the spool's side of a writer is made of. */
export interface SpoolSideParts {
  readonly spool: BoundedSpool;
  /** Knows whether the store answers. */
  readonly drain: SpoolDrain;
  readonly storeCall: (chain: ChainId, events: readonly AppendableEvent[]) => LimitedCall<AppendReceipt>;
  /** Counts events as lost, until one of the calls succeeds after all. */
  readonly lose: (cause: string, count: number, calls: readonly Promise<unknown>[]) => void;
}

const IN_SPOOL: Written = Object.freeze({ place: 'spool' });

/** Makes events durable in the spool; and in the store, when only the spool is in trouble. */
export class SpoolSide {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly parts: SpoolSideParts) {}

  /** Resolves when the events are durable. When it rejects they are counted as lost. */
  write(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written> {
    return this.noted(this.spoolOrStore(chain, events));
  }

  /** Settles a write that the store was asked for and that nobody wants to wait for any longer. */
  takeFrom(write: DirectWrite): void {
    void this.noted(this.spoolInstead(write));
  }

  /** Resolves when everything that is under way has ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  private async spoolInstead({ chain, events, call, resolve, reject }: DirectWrite): Promise<void> {
    const { spool, lose } = this.parts;
    const spooling = spool.append(chain, events);
    try {
      await spooling.inTime;
      call.letGo();
      resolve(IN_SPOOL);
    } catch (spoolError) {
      await call.inTime.then(
        ({ firstPosition }) => resolve({ place: 'store', firstPosition }),
        () => {
          lose('spool', events.length, [call.finally, spooling.finally]);
          reject(spoolError);
        },
      );
    }
  }

  private async spoolOrStore(chain: ChainId, events: readonly AppendableEvent[]): Promise<Written> {
    const { spool, drain, storeCall, lose } = this.parts;
    const wasHung = spool.isHung;
    const spooling = spool.append(chain, events);
    try {
      await spooling.inTime;
      return IN_SPOOL;
    } catch (spoolError) {
      if (drain.isStoreDown && spool.isHung) {
        // The store may be back without anybody having noticed: the drain waits for the same disk.
        await (wasHung ? drain.probed() : drain.probe());
      }
      const calls: Promise<unknown>[] = [spooling.finally];
      if (!drain.isStoreDown) {
        // The store answers, and only what waits is in the way: out of order is better than lost.
        const call = storeCall(chain, events);
        calls.push(call.finally);
        try {
          const { firstPosition } = await call.inTime;
          return { place: 'store', firstPosition };
        } catch (storeError) {
          drain.isStoreDown = !isRefusal(storeError);
        }
      }
      lose('spool', events.length, calls);
      throw spoolError;
    }
  }

  /** Remembers it for the end, which waits for it. */
  private noted<Result>(work: Promise<Result>): Promise<Result> {
    this.underWay.add(work);
    const forget = (): unknown => this.underWay.delete(work);
    work.then(forget, forget);
    return work;
  }
}
