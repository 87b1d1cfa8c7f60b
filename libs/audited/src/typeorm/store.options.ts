import type { ChainId } from '../event/audit-record.js';
import type { SealOptions } from '../integrity/seal-keys.js';

/**
 * What a store is opened for. `write`: the log is made where it is missing and brought up to date. `read`: it must be
 * there, of this version; nothing is made, migrated or written, so an account that may only SELECT is enough, and so is a
 * replica.
 */
export type StoreAccess = 'write' | 'read';

/** `through`: position of the last one. */
export type WhenAppended = (chain: ChainId, through?: number) => void;

/** What every store may be told beside its database. */
export interface StoreOptions {
  /** @default `write` */
  readonly access?: StoreAccess;
  /** Keys of the keyed seal. Default: records are sealed without a key, and macs of keyed ones are not checked. */
  readonly seal?: SealOptions;
  /** Told when this store has put records at the end of a chain; `through` is absent where it does not know how many. Must not throw. */
  readonly whenAppended?: WhenAppended;
}
