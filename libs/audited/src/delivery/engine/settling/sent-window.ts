import type { ChainId } from '../../../event/audit-record.js';
import type { Confirmation } from '../../delivery-verdict.js';

/** A batch that is on its way. */
export interface SentBatch {
  readonly handle: string;
  readonly chain: ChainId;
  /** It begins behind this position. */
  readonly after: number;
  readonly through: number;
  readonly events: number;
  /** When it was sent, on a clock that only goes forward. */
  readonly sentAt: number;
}

/** What a look at the window changed. */
export interface WindowNews {
  /** By chain: everything up to this position has arrived. */
  readonly confirmed: ReadonlyMap<ChainId, number>;
  /** By chain: everything behind this position has to be sent again. */
  readonly lost: ReadonlyMap<ChainId, number>;
  readonly confirmedEvents: number;
}

/**
 * What was sent and not confirmed yet: where each batch stands in its chain, not what is in it. The log itself is what is
 * sent again.
 */
export class SentWindow {
  private batches: SentBatch[] = [];

  get events(): number {
    return this.batches.reduce((sum, batch) => sum + batch.events, 0);
  }

  get handles(): readonly string[] {
    return this.batches.map(({ handle }) => handle);
  }

  get isEmpty(): boolean {
    return this.batches.length === 0;
  }

  add(batch: SentBatch): void {
    this.batches.push(batch);
  }

  /** Whether something of a chain is still on its way. */
  holds(chain: ChainId): boolean {
    return this.batches.some((batch) => batch.chain === chain);
  }

  /**
   * Takes out what is confirmed, as far as nothing before it in its chain is open; and from the first lost batch of a chain on,
   * everything: what comes after is sent again, too, so that the order stays.
   *
   * @param sentBefore what was sent before this moment and is still pending counts as lost
   */
  settle(confirmations: ReadonlyMap<string, Confirmation>, sentBefore: number): WindowNews {
    const confirmed = new Map<ChainId, number>();
    const lost = new Map<ChainId, number>();
    const open = new Set<ChainId>();
    let confirmedEvents = 0;
    this.batches = this.batches.filter((batch) => {
      const { chain, handle, through, after, events, sentAt } = batch;
      if (lost.has(chain)) {
        return false;
      }
      const state = confirmations.get(handle) ?? 'pending';
      if (state === 'lost' || (state === 'pending' && sentAt < sentBefore)) {
        lost.set(chain, after);
        return false;
      }
      if (state === 'confirmed' && !open.has(chain)) {
        confirmed.set(chain, through);
        confirmedEvents += events;
        return false;
      }
      open.add(chain);
      return true;
    });
    return { confirmed, lost, confirmedEvents };
  }
}
