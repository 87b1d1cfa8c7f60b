import type { ChainId } from '../../event/audit-record.js';

type Listener = (chain: ChainId, through?: number) => void;

/** Lets a store tell of what it appended before anybody is there to listen: the store is made first. */
export class AppendSignal {
  private readonly listeners: Listener[] = [];

  readonly appended: Listener = (chain, through) => this.listeners.forEach((listener) => listener(chain, through));

  /** @param listener must not throw: whoever appended has done so */
  listen(listener: Listener): void {
    this.listeners.push(listener);
  }
}
