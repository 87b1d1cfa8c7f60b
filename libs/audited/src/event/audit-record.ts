import type { AuditEvent } from './audit-event.js';
import type { JsonValue } from './json-value.js';

/** Name of a chain. 1 to 64 characters of `A-Z a-z 0-9 . _ : -`. */
export type ChainId = string;

/** The chain that everything goes to unless the application partitions. */
export const MAIN_CHAIN: ChainId = 'main';

/** The previous hash of the first record of every chain. */
export const GENESIS_HASH = '0'.repeat(64);

/** What ties a record to its place: any change to it, or to the event, is found. */
export interface AuditSeal {
  readonly chain: ChainId;
  /** 1 for the first record of the chain; no gaps; order is commit order. */
  readonly position: number;
  /** Hash of the record at `position - 1`; {@link GENESIS_HASH} for the first. */
  readonly previousHash: string;
  /** Lower-case hex SHA-256 over the sealed text, never cut. */
  readonly hash: string;
  /** Which scheme computed the hash, so that old records stay verifiable. */
  readonly scheme: string;
  /** `<key id>:<64 hex digits>`: the HMAC of a keyed scheme, covered by `hash`. Absent for schemes without a key. */
  readonly mac?: string;
}

/** The last seal of a chain. */
export type ChainHead = Pick<AuditSeal, 'chain' | 'position' | 'hash'>;

/**
 * The personal data of an event, kept apart so that it can be erased: JSON Pointer (RFC 6901) into
 * the event, and the value that stands there.
 */
export type PersonalPart = Readonly<Record<string, JsonValue>>;

/** An event ready to be sealed: texts are canonical JSON (RFC 8785) and never change again. */
export interface SealableEvent {
  readonly event: AuditEvent;
  /** Canonical JSON of `event`, personal values left out. */
  readonly body: string;
  /** Canonical JSON of the personal part; absent when there is none. */
  readonly personal?: string;
  /** 32 hex digits; present exactly when `personal` is. */
  readonly salt?: string;
}

/** An event with its seal, as read back. */
export interface AuditRecord {
  /** The facts; personal values are merged in unless they were erased. */
  readonly event: AuditEvent;
  readonly seal: AuditSeal;
  /** True when the personal part was erased; the seal stays valid. */
  readonly erased?: true;
  /** True when there is a personal part that whoever reads may not see; the seal is the stored record's. */
  readonly masked?: true;
}

/** A stored row, exactly as the store keeps it: what a verifier needs. */
export interface StoredRecord {
  readonly seal: AuditSeal;
  readonly body: string;
  readonly personal: string | null;
  readonly salt: string | null;
}
