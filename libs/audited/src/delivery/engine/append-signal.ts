import type { ChainId } from '../../event/audit-record.js';

type Listener = (chain: ChainId, through?: number) => void;

/** Lets a store tell of what it appended before anybody is there to listen: the store is made first. */
export class AppendSignal {
  private readonly listeners = new Set<Listener>();

  readonly appended: Listener = (chain, through) => {
    for (const listener of this.listeners) {
      listener(chain, through);
    }
  };

  /**
   * @param listener must not throw: whoever appended has done so
   * @returns ends the listening
   */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
