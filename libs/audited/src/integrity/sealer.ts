import type { AuditSeal } from '../event/audit-record.js';
import { hmacSha256Scheme, macOf } from './hmac-sha256.scheme.js';
import { CURRENT_SCHEME } from './integrity-schemes.js';
import type { SealKey, SealKeys } from './seal-keys.js';

/** Where a record will stand. */
export type SealPlace = Pick<AuditSeal, 'chain' | 'position' | 'previousHash'>;

/** What sealing adds to the place; `mac` is there exactly when a key seals. */
export type SealOutcome = Pick<AuditSeal, 'hash' | 'scheme' | 'mac'>;

/** Seals new records: with the current key where there is one, and otherwise without. */
export class Sealer {
  /** What every seal names that is made here. */
  readonly schemeId: string;
  private readonly key: SealKey | undefined;

  /** @param keys as `resolveSealKeys` gives them; `undefined`: no key */
  constructor(keys?: SealKeys) {
    const current = keys?.current;
    this.key = current === undefined ? undefined : keys?.keys.find(({ id }) => id === current);
    if (current !== undefined && this.key === undefined) {
      // Going on without a key would be the downgrade that the key is there to prevent.
      throw new Error(`There is no seal key with the id of the current one; resolve the option "seal" first`);
    }
    this.schemeId = this.key === undefined ? CURRENT_SCHEME.id : hmacSha256Scheme.id;
  }

  /** Whether seals made here carry a mac. */
  get isKeyed(): boolean {
    return this.key !== undefined;
  }

  seal(place: SealPlace, body: string): SealOutcome {
    if (this.key === undefined) {
      return { hash: CURRENT_SCHEME.hash(place, body), scheme: this.schemeId };
    }
    const mac = macOf(this.key, place, body);
    const { chain, position, previousHash } = place;
    return { hash: hmacSha256Scheme.hash({ chain, position, previousHash, mac }, body), scheme: this.schemeId, mac };
  }
}
