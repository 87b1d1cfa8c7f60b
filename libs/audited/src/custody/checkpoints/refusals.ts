import type { ChainId } from '../../event/audit-record.js';
import type { HistoryChangedError } from '../../event/custody.error.js';
import type { SignedHead } from './signed-history.js';

/** Finding out reads the whole log, which must not happen every minute while somebody looks into the matter. */
const RECHECK_MS = 600_000;

interface Refusal {
  readonly error: HistoryChangedError;
  readonly at: number;
  readonly size: number | undefined;
  readonly time: number | undefined;
}

/** Which chains were not signed, because they are no continuation of what was signed before. */
export class Refusals {
  private readonly byChain = new Map<ChainId, Refusal>();

  /**
   * @param now milliseconds since the epoch
   * @throws HistoryChangedError the same again, when there is no reason to look again yet
   */
  check(chain: ChainId, last: SignedHead | undefined, now: number): void {
    const refusal = this.byChain.get(chain);
    if (refusal !== undefined && isSame(refusal, last) && Math.abs(now - refusal.at) < RECHECK_MS) {
      throw refusal.error;
    }
  }

  /** @returns whether this is news, and not the same as before */
  add(chain: ChainId, last: SignedHead | undefined, error: HistoryChangedError, now: number): boolean {
    const before = this.byChain.get(chain);
    if (before?.error === error) {
      return false;
    }
    this.byChain.set(chain, { error, at: now, size: last?.size, time: last?.time });
    return before === undefined || !isSame(before, last);
  }

  forget(chain: ChainId): void {
    this.byChain.delete(chain);
  }
}

function isSame({ size, time }: Refusal, last: SignedHead | undefined): boolean {
  return size === last?.size && time === last?.time;
}
