import * as crypto from 'node:crypto';
import type { StoredRecord } from '../event/audit-record.js';
import { hmacSha256Scheme, macOf } from './hmac-sha256.scheme.js';
import type { SealKeys } from './seal-keys.js';
import { sha256Scheme } from './sha256.scheme.js';

/**
 * What the mac of a record says.
 *
 * - `none`: the record was sealed without a key
 * - `ok`: it was sealed by somebody who has the key
 * - `unchecked`: no key was given to check it with
 * - `wrong`: it was not made with the key that it names, names one that is not among those given (an invented name must not
 *   pass for an old key), is none that was ever written, or stands where none belongs
 */
export type MacVerdict = 'none' | 'ok' | 'unchecked' | 'wrong';

/** Key id and 64 lower-case digits, as every writer writes them. */
const MAC = /^([A-Za-z0-9._-]{1,24}):[0-9a-f]{64}$/;

/** Checks the mac alone: that the hash of the record covers it is for whoever checks the hash. */
export function checkMac({ seal, body }: StoredRecord, keys: SealKeys | undefined): MacVerdict {
  const { scheme, mac } = seal;
  if (scheme !== hmacSha256Scheme.id) {
    return mac === undefined ? 'none' : scheme === sha256Scheme.id ? 'wrong' : 'unchecked';
  }
  const id = typeof mac === 'string' ? MAC.exec(mac)?.[1] : undefined;
  if (mac === undefined || id === undefined) {
    return 'wrong';
  }
  if (keys === undefined) {
    return 'unchecked';
  }
  const key = keys.keys.find((candidate) => candidate.id === id);
  if (key === undefined) {
    return 'wrong';
  }
  // Both are of one length here: same id, same number of digits.
  return crypto.timingSafeEqual(Buffer.from(macOf(key, seal, body)), Buffer.from(mac)) ? 'ok' : 'wrong';
}
