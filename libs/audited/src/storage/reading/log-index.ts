/** What one step of an index did. */
export interface IndexStep {
  /** Records that were taken in. */
  readonly records: number;
  /** Nothing was left to take in. */
  readonly isCaughtUp: boolean;
}

/** How far an index is behind the log. */
export interface IndexLag {
  /** `search`: what filters and searches find at once. `statistics`, `names`: what is counted beforehand. */
  readonly index: 'search' | 'statistics' | 'names';
  /** Records that it has not taken in yet. Reads look at them one by one, so nothing is missing from an answer. */
  readonly records: number;
}

/** How the keeping of the index goes in a process, for operators and health checks. */
export interface IndexState {
  /** How many records the index was behind when it was last looked at, about a second ago; absent before the first look. */
  readonly records?: number;
  /** When that was. ISO 8601, UTC. */
  readonly seenAt?: string;
  /** Code of the error that the last attempt failed with; absent when it did not fail. */
  readonly problem?: string;
}

/**
 * What makes reading fast, kept behind the log. Answers never depend on it being up to date: what it has not taken in yet is
 * read in full. One per application; the class is its own DI token.
 *
 * Contract
 * - `advance` takes in records in the order of their positions, at most `limit`, in transactions that are short; two
 *   processes that do it at the same time do no work twice and count nothing twice.
 * - A record that was pruned or a person who was erased is out of every index in the transaction that removed it.
 */
export abstract class LogIndex {
  abstract advance(limit: number): Promise<IndexStep>;

  abstract lag(): Promise<readonly IndexLag[]>;
}
