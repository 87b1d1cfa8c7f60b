import * as crypto from 'node:crypto';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './note-signer.js';

/** What stands before the 32 bytes in the SubjectPublicKeyInfo of an Ed25519 key (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** A public key that Node's crypto takes, of its 32 bytes. */
export function publicKeyObject(publicKey: Uint8Array): crypto.KeyObject {
  return crypto.createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
}

/**
 * Whether an Ed25519 signature (RFC 8032) is that of the message.
 *
 * @returns false for keys and signatures of a wrong length too; never throws
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) {
    return false;
  }
  return crypto.verify(null, message, publicKeyObject(publicKey), signature);
}

/** A public key as SubjectPublicKeyInfo PEM: the form that every tool reads. */
export function publicPem(publicKey: Uint8Array): string {
  return publicKeyObject(publicKey).export({ format: 'pem', type: 'spki' }).toString();
}
