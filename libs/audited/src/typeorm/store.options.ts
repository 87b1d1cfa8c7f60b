import type { SealOptions } from '../integrity/seal-keys.js';

/** What every store may be told beside its database. */
export interface StoreOptions {
  /** Keys of the keyed seal. Default: records are sealed without a key, and macs of keyed ones are not checked. */
  readonly seal?: SealOptions;
}
