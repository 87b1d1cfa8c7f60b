import type { ChainId } from '../event/audit-record.js';

/** How far a chain may be pruned, and who keeps the rest. */
export interface GuardLimit {
  /** As an operator knows it: `destination splunk`. */
  readonly name: string;
  /** The last position that it needs no more; 0 when it needs everything. */
  readonly through: number;
}

/**
 * Something that still needs records: destinations that have not received them yet, for instance. Retention asks every
 * guard before it removes anything.
 */
export interface PruneGuard {
  /** Rejects when it cannot tell: nothing is pruned then. */
  safeThrough(chain: ChainId): Promise<GuardLimit>;
}
