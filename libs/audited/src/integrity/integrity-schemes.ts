import { hmacSha256Scheme } from './hmac-sha256.scheme.js';
import type { IntegrityScheme } from './integrity-scheme.js';
import { sha256Scheme } from './sha256.scheme.js';

/** Every scheme that was ever used to seal. A line is added, never removed. */
export const INTEGRITY_SCHEMES: ReadonlyMap<string, IntegrityScheme> = new Map(
  [sha256Scheme, hmacSha256Scheme].map((scheme) => [scheme.id, scheme]),
);

/** The scheme that seals new records where no key is set. */
export const CURRENT_SCHEME = sha256Scheme;
