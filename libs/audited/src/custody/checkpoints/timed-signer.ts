import { SigningFailedError } from '../../event/custody.error.js';
import type { NoteSigner } from '../../integrity/notes/note-signer.js';

/**
 * A signer around a function of the application, a key service's say: it may hang, throw, or answer with anything. An
 * answer that comes too late counts for nothing.
 *
 * @param timeoutMs how long it may take
 */
export function timedSigner(
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array,
  timeoutMs: number,
): NoteSigner {
  const name = `with the public key ${Buffer.from(publicKey).toString('base64')}`;
  return {
    publicKey,
    sign: (message) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new SigningFailedError(name, `no answer within ${timeoutMs} ms`)),
          timeoutMs,
        );
        // A copy: the function belongs to somebody else, and others sign the same bytes.
        called(sign, Uint8Array.from(message))
          .then(
            (signature) =>
              signature instanceof Uint8Array
                ? resolve(signature)
                : reject(new SigningFailedError(name, 'it answered with something else than bytes')),
            (error: unknown) =>
              reject(new SigningFailedError(name, `it failed (${messageOf(error)})`, { cause: error })),
          )
          .finally(() => clearTimeout(timer));
      }),
  };
}

async function called(
  sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array,
  message: Uint8Array,
): Promise<unknown> {
  return sign(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason given';
}
