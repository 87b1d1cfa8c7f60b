import * as crypto from 'node:crypto';
import { KeyInvalidError } from '../../event/proof.error.js';

/**
 * Signs checkpoints and statements with one Ed25519 key. Implement it to keep the key where it belongs: in a KMS or an
 * HSM that signs on request. {@link signerFromPem} makes one of a key at hand.
 */
export interface NoteSigner {
  /** 32 bytes, as RFC 8032 encodes them. */
  readonly publicKey: Uint8Array;
  /** Pure Ed25519 (RFC 8032, not Ed25519ph) over the message; 64 bytes. May reject; then nothing is published. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Bytes of an Ed25519 public key. */
export const PUBLIC_KEY_BYTES = 32;
/** Bytes of an Ed25519 signature. */
export const SIGNATURE_BYTES = 64;

/** A key pair, newly made. `privatePem` is a secret. */
export interface GeneratedKeyPair {
  /** PKCS #8; keep it where the application's other secrets are, and away from the database. */
  readonly privatePem: string;
  /** SubjectPublicKeyInfo: give it to whoever verifies. */
  readonly publicPem: string;
  /** The same 32 bytes that the PEM holds. */
  readonly publicKey: Uint8Array;
}

/** A new Ed25519 key pair from the system's random numbers. */
export function generateKeyPair(): GeneratedKeyPair {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    publicKey: rawPublicKey(publicKey),
  };
}

/**
 * A signer of a private key at hand.
 *
 * @param pem PKCS #8, not encrypted, Ed25519
 * @throws KeyInvalidError for anything else; the message says what it is instead, never what is in it
 */
export function signerFromPem(pem: string): NoteSigner {
  const key = privateKeyFrom(pem);
  return {
    publicKey: rawPublicKey(crypto.createPublicKey(key)),
    // oxlint-disable-next-line require-await -- a failure must be a rejection, as from a KMS
    sign: async (message) => crypto.sign(null, message, key),
  };
}

/** The 32 bytes of a key object that holds an Ed25519 public key: the end of its SubjectPublicKeyInfo (RFC 8410). */
export function rawPublicKey(key: crypto.KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES));
}

const GENERATE_CURE = 'Make an Ed25519 key with `audited keys generate`, or with `openssl genpkey -algorithm ed25519`.';

function privateKeyFrom(pem: unknown): crypto.KeyObject {
  if (typeof pem !== 'string' || pem.trim() === '') {
    throw new KeyInvalidError('it is empty or no text', GENERATE_CURE);
  }
  if (pem.includes('ENCRYPTED')) {
    throw new KeyInvalidError(
      'it is encrypted with a passphrase',
      'Decrypt it where secrets are kept (`openssl pkey -in key.pem`), and pass the result.',
    );
  }
  if (!pem.includes('PRIVATE KEY')) {
    const what = pem.includes('PUBLIC KEY') ? 'it is a public key, and signing takes the private one' : 'it is no PEM';
    throw new KeyInvalidError(what, 'Pass the text that begins with -----BEGIN PRIVATE KEY-----.');
  }
  const key = parsedKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new KeyInvalidError(`it is of the type ${key.asymmetricKeyType ?? 'unknown'}, not ed25519`, GENERATE_CURE);
  }
  return key;
}

function parsedKey(pem: string): crypto.KeyObject {
  try {
    return crypto.createPrivateKey(pem);
  } catch {
    // The cause is left out on purpose: a parser's message may repeat parts of the secret.
    throw new KeyInvalidError(
      'its PEM is damaged',
      'In an environment variable, line breaks must be kept; a \\n that is written out must become a line break.',
    );
  }
}
