import type { ChainId } from '../event/audit-record.js';

/** Where a destination stands in one chain. */
export interface ChainCursor {
  readonly chain: ChainId;
  /** Every record up to this position is settled: confirmed, excluded by the filter, or in the dead letters. 0: none. */
  readonly position: number;
  /** Every record up to this position was sent; never less than `position`. */
  readonly sent: number;
}

/** How a destination does, as whoever leads it last wrote it. */
export interface DestinationHealth {
  /** `unknown`: nobody has led it yet. */
  readonly state: 'unknown' | 'ok' | 'retrying' | 'held';
  /** One line without secrets; empty when all is well. */
  readonly reason: string;
  readonly cure: string;
  /** Failed attempts since something last arrived. */
  readonly failures: number;
  /** When something last arrived, in milliseconds since the epoch; 0: never. */
  readonly deliveredAt: number;
}

/** What a destination is registered with; the same name again updates everything but the cursors. */
export interface DestinationRegistration {
  readonly name: string;
  /** Kind of exporter: `splunk-hec`. */
  readonly type: string;
  /** For people, without secrets; may be empty. */
  readonly endpoint: string;
  /** Whether retention waits for it. */
  readonly isRequired: boolean;
  /** Where a new destination begins. `now`: after what each chain holds at this moment. */
  readonly startFrom: 'beginning' | 'now';
}

/** A destination as the ledger holds it. */
export interface LedgerDestination {
  readonly name: string;
  readonly type: string;
  readonly endpoint: string;
  readonly isRequired: boolean;
  /** What operators want of it. A removed one is forgotten but for its name, so that no process leads it on. */
  readonly state: 'active' | 'paused' | 'removed';
  /** Grows with every acquisition and every change by an operator: whoever holds a smaller one leads no more. */
  readonly fence: number;
  /** Who leads it; empty: nobody. */
  readonly holder: string;
  /** How long the lease still lasts; 0: it is over, or there is none. */
  readonly leaseLeftMs: number;
  readonly health: DestinationHealth;
  readonly cursors: readonly ChainCursor[];
  readonly deadLetters: DeadLetterCounts;
}

/** How many dead letters there are, by what they wait for. */
export interface DeadLetterCounts {
  readonly dead: number;
  readonly replaying: number;
  readonly discarded: number;
}

/** What an operator does to a destination. */
export type DestinationChange =
  | { readonly act: 'pause' }
  | { readonly act: 'resume' }
  | { readonly act: 'remove' }
  /** Back, or forward: what comes after `position` is sent next. Dead letters that come after it are forgotten. */
  | { readonly act: 'rewind'; readonly chain: ChainId; readonly position: number };

/**
 * The destinations of a log, shared by every process that knows it. A change by one process is seen by all.
 *
 * Contract
 * - `register` is idempotent; a removed destination begins anew. Chains that come later begin at 0.
 * - `change` takes the lease from whoever holds it, in the same transaction: after it resolved, no settlement of an earlier
 *   holder is accepted. `remove` forgets cursors and dead letters.
 * - Texts come back as they were given, but for lone surrogates, and cut after 2000 characters. A name has 1 to 128 characters:
 *   `register` rejects with an `OptionsInvalidError` otherwise.
 */
export abstract class DestinationBook {
  abstract register(registration: DestinationRegistration): Promise<void>;
  /** By name, in the order of the names; removed ones included. */
  abstract destinations(): Promise<readonly LedgerDestination[]>;
  /** @returns false when there is no such destination, or it was removed */
  abstract change(name: string, change: DestinationChange): Promise<boolean>;
}

/** The right to be the one who sends to a destination. */
export interface DestinationLease {
  readonly destination: string;
  readonly holder: string;
  readonly fence: number;
}

/** A lease, and where its destination stands. */
export interface AcquiredLease extends DestinationLease {
  readonly cursors: readonly ChainCursor[];
  readonly health: DestinationHealth;
}

/** Why a record is a dead letter. */
export type DeadLetterCause =
  /** The receiver refused it. */
  | 'refused'
  /** It is larger than the receiver takes. */
  | 'too-large'
  /** The exporter or its format threw at it. */
  | 'unformattable'
  /** The stored record can not be read: run verify. */
  | 'damaged';

/** A record that a destination did not take. */
export interface NewDeadLetter {
  readonly chain: ChainId;
  readonly position: number;
  /** Empty when the record could not be read. */
  readonly eventId: string;
  readonly eventType: string;
  readonly cause: DeadLetterCause;
  /** One line, without secrets, at most 2000 characters. */
  readonly reason: string;
}

/** What is settled since the last settlement of the same lease. */
export interface Settlement {
  readonly cursors?: readonly ChainCursor[];
  readonly deadLetters?: readonly NewDeadLetter[];
  /** Sequence numbers of dead letters that arrived after all: they are dead no more. */
  readonly revived?: readonly number[];
  /** Dead letters that were sent again and refused again. */
  readonly refusedAgain?: readonly { readonly sequence: number; readonly reason: string }[];
  readonly health?: DestinationHealth;
}

/**
 * Who leads which destination, and how far it is.
 *
 * Contract
 * - Times are those of the database: clocks of processes may differ.
 * - `acquire` succeeds for exactly one holder while a lease lasts, and gives a greater fence each time. The holder itself
 *   may acquire again.
 * - `settle` does all or nothing, prolongs the lease, and is refused when the lease was taken over or changed, or is over and
 *   somebody else holds one. A dead letter that is there already stays as it is.
 * - Cursors are put where the settlement says, `sent` at least at `position`. A dead letter that was refused again is `dead`
 *   again, unless somebody gave it up meanwhile.
 */
export abstract class LeaseBook {
  /** @returns undefined when somebody else holds it, or it is paused, removed or unknown */
  abstract acquire(destination: string, holder: string, leaseMs: number): Promise<AcquiredLease | undefined>;
  /** @returns false when the lease is lost; nothing was settled then */
  abstract settle(lease: DestinationLease, settlement: Settlement, leaseMs: number): Promise<boolean>;
  /** Lets another process lead at once. No effect when the lease is lost. */
  abstract release(lease: DestinationLease): Promise<void>;
}

/** A dead letter as it is kept. `replaying`: it waits for being sent again. `discarded`: somebody gave it up. */
export interface DeadLetter extends NewDeadLetter {
  /** Orders dead letters of all destinations; names this one. */
  readonly sequence: number;
  readonly destination: string;
  readonly state: 'dead' | 'replaying' | 'discarded';
  /** How often it was sent again. */
  readonly replays: number;
  /** Milliseconds since the epoch. */
  readonly diedAt: number;
  readonly changedAt: number;
}

/** Which dead letters. All that is given must match. */
export interface DeadLetterQuery {
  readonly destination?: string;
  readonly state?: DeadLetter['state'];
  readonly sequences?: readonly number[];
  readonly eventId?: string;
  /** Only those with a greater sequence. */
  readonly after?: number;
  /** @default 100, at most 1000 */
  readonly limit?: number;
}

/** Records that destinations did not take. A query that makes no sense is rejected with a `QueryInvalidError`. */
export abstract class DeadLetterBook {
  /** By sequence, ascending. */
  abstract deadLetters(query?: DeadLetterQuery): Promise<readonly DeadLetter[]>;
  /**
   * Marks those that match (without `limit`) and are `dead` or, for `discarded`, `replaying`.
   * @returns how many were marked
   */
  abstract mark(query: Omit<DeadLetterQuery, 'limit' | 'state'>, state: 'replaying' | 'discarded'): Promise<number>;
}

/** Everything that delivery keeps. */
export type DeliveryLedger = DestinationBook & LeaseBook & DeadLetterBook;
