import type { KeyRing } from './notes/key-ring.js';
import type { SealKeys } from './seal-keys.js';
import type { CompactRange } from './tree/compact-range.js';

/** A checkpoint that the records of a chain are compared with. Its signature was judged by whoever built the evidence. */
export interface KnownCheckpoint {
  /** How many records it covers: positions 1 to `size`. */
  readonly size: number;
  /** Hex SHA-256: the root that was signed. */
  readonly root: string;
  /** `stored`: beside the records. `given`: known from outside, where whoever changes the database cannot reach. */
  readonly source: 'stored' | 'given';
  /**
   * When it says it was signed, ISO 8601: the `time` line of the note. A re-anchor explains why it disagrees only when it
   * was made later than this; absent: none does.
   */
  readonly signedAt?: string;
}

/**
 * What a verifier knows about a chain besides its records. Everything here is optional in effect: without checkpoints no
 * root is compared (and no tree is computed), without a ring unsigned statements count, without seal keys keyed seals
 * are counted as unchecked.
 */
export interface ChainEvidence {
  /** In any order. Those whose signature is not trusted are left out, and reported by whoever left them out. */
  readonly checkpoints: readonly KnownCheckpoint[];
  /**
   * The tree over the first `size` records, from stored tiles, for a chain whose beginning was pruned. Asked at most a
   * few times. Its answer need not be trusted: a checkpoint that agrees proves it, one that does not is a fault.
   *
   * Leave it out where no tiles are at hand (then such checkpoints are counted as not comparable); answer `undefined`
   * where they should be and are not (then a fault `tree` says so).
   */
  readonly frontier?: (size: number) => CompactRange | undefined;
  /** Keys that statements must be signed with. Absent: unsigned statements count. */
  readonly ring?: KeyRing;
  /** Origin that statements must name; absent: that of the chain in any log. */
  readonly origin?: string;
  /** Keys of keyed seals. */
  readonly sealKeys?: SealKeys;
  /** Whether the signatures of the checkpoints were checked with keys that the caller trusts. */
  readonly isTrusted: boolean;
}
