import type { ChainId } from '../event/audit-record.js';

/**
 * Something that still needs records: a destination that has not received them yet, for instance. Retention asks every
 * guard before it removes anything.
 */
export interface PruneGuard {
  /** As an operator knows it: `destination splunk`. */
  readonly name: string;
  /** The last position that it needs no more; 0 when it needs everything. Rejects when it cannot tell: nothing is pruned then. */
  safeThrough(chain: ChainId): Promise<number>;
}
