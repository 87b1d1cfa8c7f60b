import type { ChainId } from '../../event/audit-record.js';

type Listener = (chain: ChainId, through?: number) => void;

/** Lets a store tell of what it appended before anybody is there to listen: the store is made first. */
export class AppendSignal {
  private listener: Listener | undefined;

  readonly appended: Listener = (chain, through) => this.listener?.(chain, through);

  listen(listener: Listener): void {
    this.listener = listener;
  }
}
