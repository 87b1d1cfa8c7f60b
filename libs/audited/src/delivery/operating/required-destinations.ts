import type { ChainId } from '../../event/audit-record.js';
import type { GuardLimit, PruneGuard } from '../../storage/prune-guard.js';
import type { DeliveryLedger } from '../delivery-ledger.js';

/**
 * Keeps retention from removing what a required destination has not received: what its cursor has not passed, and what is a
 * dead letter that nobody has given up.
 */
export class RequiredDestinations implements PruneGuard {
  constructor(private readonly ledger: Pick<DeliveryLedger, 'destinations' | 'deadLetters'>) {}

  async safeThrough(chain: ChainId): Promise<GuardLimit> {
    let strictest: GuardLimit = { name: 'destinations', through: Number.MAX_SAFE_INTEGER };
    for (const { name, isRequired, state, cursors } of await this.ledger.destinations()) {
      if (!isRequired || state === 'removed') {
        continue;
      }
      const cursor = cursors.find((one) => one.chain === chain)?.position ?? 0;
      const through = Math.min(cursor, (await this.firstLetter(name, chain)) - 1);
      if (through < strictest.through) {
        strictest = { name: `destination ${name}`, through };
      }
    }
    return strictest;
  }

  /** Position of the first record that is dead there; beyond every one when there is none. */
  private async firstLetter(destination: string, chain: ChainId): Promise<number> {
    let first = Number.MAX_SAFE_INTEGER;
    let after: number | undefined;
    for (;;) {
      const letters = await this.ledger.deadLetters({
        destination,
        limit: 1000,
        ...(after === undefined ? {} : { after }),
      });
      const open = letters.filter((letter) => letter.chain === chain && letter.state !== 'discarded');
      first = Math.min(first, ...open.map(({ position }) => position));
      after = letters.at(-1)?.sequence;
      if (letters.length < 1000) {
        return first;
      }
    }
  }
}
