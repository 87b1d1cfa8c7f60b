import type { NewDeadLetter } from '../delivery-ledger.js';

/** A destination that takes nothing. */
export interface DestinationFailure {
  readonly destination: string;
  /** `held`: somebody has to mend it. `retrying`: it has failed for so long that somebody should know. */
  readonly state: 'held' | 'retrying';
  readonly reason: string;
  readonly cure: string;
}

/** What the engine tells whoever writes it into the log, and the operator. None of these may throw. */
export interface DeliveryNotices {
  failed(failure: DestinationFailure): void;
  recovered(destination: string, afterMs: number): void;
  /** Records that a destination will not get; `unnamed`: so many of a stretch, the receiver did not say which. */
  died(destination: string, letters: readonly NewDeadLetter[], unnamed: number): void;
  /** Records that were gone from the log before the destination had them. */
  missed(destination: string, chain: string, from: number, through: number, missing: number): void;
  /** Something of the engine's own work failed: the ledger or the log did not answer. */
  problem(what: string, error: unknown): void;
  /** What `problem` told is over. */
  solved(): void;
}
