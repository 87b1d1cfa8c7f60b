import type { ChainId } from '../../event/audit-record.js';
import type { BatchSource, PreparedBatch } from './sending/batch-source.js';
import type { Course } from './sending/course.js';
import type { SettlementBook } from './settling/settlement-book.js';

/** Decides which chain has its turn: a busy one must not keep the others waiting. */
export class NextBatch {
  private lastChain: ChainId = '';

  constructor(
    private readonly source: BatchSource,
    private readonly book: Pick<SettlementBook, 'cursor'>,
    private readonly heads: ReadonlyMap<ChainId, number>,
  ) {}

  /** @returns undefined when every chain was read to its end, or the stretch is not there any more */
  async take({ stretch, cap }: Course): Promise<PreparedBatch | undefined> {
    const chains = stretch === undefined ? this.chainsInTurn() : [stretch.chain];
    for (const chain of chains) {
      const after = this.book.cursor(chain).sent;
      if (after >= (this.heads.get(chain) ?? 0)) {
        continue;
      }
      const batch = await this.source.next({
        chain,
        after,
        maxEvents: cap,
        ...(stretch === undefined ? {} : { through: stretch.through }),
        ...(stretch?.only === undefined ? {} : { only: stretch.only }),
      });
      this.lastChain = chain;
      if (batch !== undefined) {
        return batch;
      }
    }
    return undefined;
  }

  /** Has the next batch read while this one is on its way, if that ends well. */
  readAhead({ chain, through }: PreparedBatch, { stretch, cap }: Course): void {
    if (stretch === undefined && this.heads.size === 1 && through < (this.heads.get(chain) ?? 0)) {
      this.source.readAhead({ chain, after: through, maxEvents: cap });
    }
  }

  private chainsInTurn(): readonly ChainId[] {
    const chains = [...this.heads.keys()].toSorted();
    const next = chains.findIndex((chain) => chain > this.lastChain);
    return next <= 0 ? chains : [...chains.slice(next), ...chains.slice(0, next)];
  }
}
