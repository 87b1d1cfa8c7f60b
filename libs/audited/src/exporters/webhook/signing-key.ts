import { createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { OptionsInvalidError } from '../../event/audit.error.js';

/** Signs what is sent, in one of the schemes of Standard Webhooks 1.0.0. */
export interface SigningKey {
  /** `v1,<base64>` or `v1a,<base64>`. */
  sign(content: Buffer): string;
}

const LEAST_SECRET_BYTES = 24;
const MOST_SECRET_BYTES = 64;
const SEED_BYTES = 32;
/** What stands before the seed of an ed25519 key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * A key out of an option: `whsec_` and 24 to 64 bytes in Base64 for HMAC-SHA256, `whsk_` and the seed of an ed25519 key (or
 * seed and public key) in Base64.
 *
 * @throws OptionsInvalidError that does not repeat the secret
 */
export function signingKey(option: string, secret: unknown): SigningKey {
  const [prefix, bytes] = typeof secret === 'string' ? partsOf(secret) : [undefined, undefined];
  if (prefix === 'whsec' && bytes.length >= LEAST_SECRET_BYTES && bytes.length <= MOST_SECRET_BYTES) {
    return { sign: (content) => `v1,${createHmac('sha256', bytes).update(content).digest('base64')}` };
  }
  if (prefix === 'whsk') {
    const key = privateKeyOf(bytes);
    if (key !== undefined) {
      return { sign: (content) => `v1a,${sign(null, content, key).toString('base64')}` };
    }
  }
  throw new OptionsInvalidError(
    option,
    'is no secret of Standard Webhooks',
    'Give "whsec_" and 24 to 64 random bytes in Base64, or "whsk_" and an ed25519 key in Base64: ' +
      'echo "whsec_$(openssl rand -base64 32)"',
  );
}

function partsOf(secret: string): readonly ['whsec' | 'whsk', Buffer] | readonly [undefined, undefined] {
  const [, prefix, digits = ''] = /^(whsec|whsk)_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = Buffer.from(digits, 'base64');
  // Base64 that is cut somewhere is still read; then the receiver's secret would be another one.
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === digits.replace(/=+$/, '');
  return isWhole && (prefix === 'whsec' || prefix === 'whsk') ? [prefix, bytes] : [undefined, undefined];
}

function privateKeyOf(bytes: Buffer): KeyObject | undefined {
  if (bytes.length !== SEED_BYTES && bytes.length !== SEED_BYTES * 2) {
    return undefined;
  }
  const der = Buffer.concat([PKCS8_HEAD, bytes.subarray(0, SEED_BYTES)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const given = bytes.subarray(SEED_BYTES);
  const known = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
  return given.length === 0 || given.equals(known) ? key : undefined;
}
