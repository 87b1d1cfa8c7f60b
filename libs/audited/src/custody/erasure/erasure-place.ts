import type { ErasureSelection } from '../../storage/custody-store.js';
import type { ErasureCandidate } from '../../storage/erasure-match.js';

/** What became of the copies in one place. */
export interface PlaceErasure {
  /** How many copies of events lost their personal part. */
  readonly events: number;
  /** Ids of these events, where the place knows them; for the report, not complete where there are very many. */
  readonly eventIds: readonly string[];
  /** Sentences on what could not be reached, each with what to do. */
  readonly leftovers: readonly string[];
  /** Sentences that an operator wants to know, though nothing is left: files that were replaced, say. */
  readonly remarks?: readonly string[];
}

/** What an erasure knows that a place may need. */
export interface ErasureScope {
  /** ISO 8601, UTC: what was recorded later is not meant. */
  readonly startedAt: string;
  /** The caller vouches that no other process uses journal and archives at the moment. */
  readonly othersAreStopped: boolean;
  /** Whether the selection means this event, whoever holds it. */
  readonly isMeant: (candidate: ErasureCandidate) => boolean;
  /** Whether a legal hold keeps this event as it is. */
  readonly isHeld: (candidate: Pick<ErasureCandidate, 'chain' | 'event'>) => boolean;
  /**
   * Events that had no position when they lost their personal part, by id: JSON Pointers of the values that it held.
   * What has a position is told by the log itself.
   */
  readonly waiting: ReadonlyMap<string, readonly string[]>;
}

/**
 * A place that holds copies of events beside the log: the journal, archives, dead letters, a search index. It is asked
 * after the personal parts are gone from the log, and again by every later erasure; so it takes away what the log does
 * not have any more.
 */
export interface ErasurePlace {
  /** A word for the report: `journal`. */
  readonly name: string;
  /** Takes away what the selection means and no hold keeps. Doing it again finds nothing, and is no error. */
  erase(selection: ErasureSelection, scope: ErasureScope): Promise<PlaceErasure>;
}
