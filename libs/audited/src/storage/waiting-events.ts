import type { ChainId } from '../event/audit-record.js';
import type { AppendableEvent } from './audit-store.js';
import type { ScrubOptions } from './custody-store.js';

/** An event that has no position yet, and the chain it is for. */
export interface WaitingEvent {
  readonly chain: ChainId;
  readonly event: AppendableEvent;
}

/** Looks at every waiting event that has a personal part. */
export interface WaitingSearch {
  readonly isMeant: (waiting: WaitingEvent) => boolean;
  /** Told each one that is meant and that {@link WaitingEvents.strip} can reach. */
  readonly found: (waiting: WaitingEvent) => void;
}

/**
 * A place where events wait for a position in a chain: the spool, the inbox. For the erasure of persons, who must not
 * come back when the events move on.
 *
 * Contract
 * - An event that `find` does not show is in the log (committed), or was recorded after the call.
 * - When `strip` resolves, every copy of these events that was on its way to the store with its personal part has arrived
 *   there; whatever moves later moves without.
 * - `strip` is durable and, for each file or row, all or nothing. Order, bodies and ids stay as they are.
 */
export interface WaitingEvents {
  /** A word for reports: `spool`. */
  readonly name: string;

  /** @returns sentences on events that are meant, but belong to others; each says what to do */
  find(search: WaitingSearch): Promise<readonly string[]>;

  /**
   * Removes personal part and salt of the events with these ids.
   *
   * @returns how many events lost theirs; those that moved on meanwhile count nothing
   */
  strip(eventIds: ReadonlySet<string>): Promise<number>;

  /** Overwrites what removed bytes may still be found in, as far as the place can. @returns what it could not reach */
  scrub(options: ScrubOptions): Promise<readonly string[]>;
}
