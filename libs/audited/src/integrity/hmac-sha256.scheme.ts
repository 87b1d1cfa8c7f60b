import * as crypto from 'node:crypto';
import type { AuditSeal } from '../event/audit-record.js';
import { canonicalString } from '../event/canonical-json.js';
import type { IntegrityScheme } from './integrity-scheme.js';
import type { SealKey } from './seal-keys.js';

const SCHEME_ID = 'hmac-sha256-v1';

/**
 * `hmac-sha256-v1`: SHA-256 over the canonical JSON (RFC 8785) of
 * `{ chain, event, mac, position, previous, scheme }`, specified in `docs/record-format.md`.
 *
 * The hash needs no key, so chain, tree and proofs are verifiable by everybody; that the record was sealed with the key
 * is what the mac within it says ({@link macOf}).
 */
export const hmacSha256Scheme: IntegrityScheme = {
  id: SCHEME_ID,
  hash: (seal, body) =>
    crypto.hash('sha256', hashedBeforePosition(seal, body) + fromPosition(seal, seal.position), 'hex'),
  hashAtPosition: (seal, body) => {
    const started = crypto.createHash('sha256').update(hashedBeforePosition(seal, body), 'utf8');
    return (position) => started.copy().update(fromPosition(seal, position), 'utf8').digest('hex');
  },
};

/**
 * The mac of a record: `<key id>:<hex HMAC-SHA256>` (RFC 2104) over the canonical JSON of
 * `{ chain, event, key, position, previous, scheme }`.
 */
export function macOf(
  { id, secret }: SealKey,
  place: Pick<AuditSeal, 'chain' | 'position' | 'previousHash'>,
  body: string,
): string {
  const keyed = `{"chain":${canonicalString(place.chain)},"event":${body},"key":${canonicalString(id)},"position":`;
  const hmac = crypto.createHmac('sha256', secret).update(keyed + fromPosition(place, place.position), 'utf8');
  return `${id}:${hmac.digest('hex')}`;
}

/** A seal of this scheme without a mac was never made; the empty one gives a hash that no record has. */
function hashedBeforePosition(seal: Pick<AuditSeal, 'chain' | 'mac'>, body: string): string {
  return `{"chain":${canonicalString(seal.chain)},"event":${body},"mac":${canonicalString(seal.mac ?? '')},"position":`;
}

function fromPosition(seal: Pick<AuditSeal, 'previousHash'>, position: number): string {
  return `${position},"previous":"${seal.previousHash}","scheme":"${SCHEME_ID}"}`;
}
