import { types } from 'node:util';
import { OptionsInvalidError } from '../event/audit.error.js';

/** As long as the output of SHA-256: a shorter key is weaker than the HMAC made with it (RFC 2104, section 3). */
const LEAST_BYTES = 32;
const ONE_SECRET = 'Make one with: openssl rand -base64 32';

/**
 * The bytes of a secret, in memory of their own: a Buffer may share its memory with others, and its owner may clear it.
 *
 * @param option path of the secret in the options
 * @throws OptionsInvalidError, which never shows the secret
 */
export function readSecret(option: string, given: unknown): Uint8Array {
  const bytes = types.isUint8Array(given) ? new Uint8Array(given) : decoded(option, given);
  if (bytes.length < LEAST_BYTES) {
    throw new OptionsInvalidError(
      option,
      `has ${bytes.length} bytes`,
      `It needs at least ${LEAST_BYTES}. ${ONE_SECRET}`,
    );
  }
  if (bytes.every((byte) => byte === bytes[0])) {
    throw new OptionsInvalidError(option, 'is one byte over and over, so anybody can guess it', ONE_SECRET);
  }
  return bytes;
}

function decoded(option: string, given: unknown): Uint8Array {
  if (typeof given !== 'string') {
    throw new OptionsInvalidError(option, 'must be a Uint8Array or a base64 text', ONE_SECRET);
  }
  if (/^[0-9a-fA-F]+$/.test(given)) {
    throw new OptionsInvalidError(
      option,
      'could be hexadecimal as well as base64',
      "Say which: give Buffer.from(text, 'hex') or Buffer.from(text, 'base64').",
    );
  }
  const bytes = Buffer.from(given, 'base64');
  // Decoding takes anything and leaves out what it does not understand, so the way back must give the very same text.
  const isExact = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
  if (!isExact.includes(given)) {
    throw new OptionsInvalidError(
      option,
      'is no base64 text',
      `Give base64 or base64url without spaces and line ends, of at least 43 characters. ${ONE_SECRET}`,
    );
  }
  return new Uint8Array(bytes);
}
