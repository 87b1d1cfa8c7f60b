import { readFileSync } from 'node:fs';
import { AuditError, OptionsInvalidError } from '../../event/audit.error.js';
import { checkShape } from '../../event/option-checks.js';
import { PUBLIC_KEY_BYTES, signerFromPem, type NoteSigner } from '../../integrity/notes/note-signer.js';
import { parseTrustedKeys } from '../../integrity/notes/key-ring.js';
import { timedSigner } from './timed-signer.js';

/**
 * An Ed25519 key that signs checkpoints and statements. Keep it where whoever administers the database cannot reach it:
 * that is what makes a checkpoint worth more than the hash chain.
 */
export type CheckpointKey =
  /** PKCS #8 text, as `audited keys generate` writes it. */
  | { readonly pem: string }
  /** Path of a file that holds such a text; read once, at boot. */
  | { readonly file: string }
  /** Name of an environment variable that holds such a text; a `\n` that is written out counts as a line break. */
  | { readonly env: string }
  /** A key that never leaves its KMS or HSM. */
  | {
      /** 32 bytes, or a text: SubjectPublicKeyInfo PEM, or a C2SP verifier key. */
      readonly publicKey: Uint8Array | string;
      /** Pure Ed25519 over the message, 64 bytes. May reject, may take its time: see `signTimeoutMs`. */
      readonly sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array;
    };

const WAYS = 'Give { pem }, { file }, { env } or { publicKey, sign }.';

/**
 * Reads one key of the option.
 *
 * @param option its path, for errors: `checkpoints.keys[0]`
 * @param signTimeoutMs how long a key service may take
 * @throws OptionsInvalidError; never with anything of the key in it
 */
export function loadCheckpointKey(option: string, given: unknown, signTimeoutMs: number): NoteSigner {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    // Not even a short text is shown: it may be the key.
    throw new OptionsInvalidError(option, 'is no object', WAYS);
  }
  checkShape(option, given, ['pem', 'file', 'env', 'publicKey', 'sign']);
  const { pem, file, env, publicKey, sign } = given as Readonly<Record<string, unknown>>;
  const ways = [pem, file, env, publicKey ?? sign].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    const problem = ways.length === 0 ? 'is empty' : `names ${ways.length} places of a key`;
    throw new OptionsInvalidError(option, problem, WAYS);
  }
  if (pem !== undefined) {
    return signerOf(`${option}.pem`, pem);
  }
  if (file !== undefined) {
    return signerOf(`${option}.file`, contentOf(`${option}.file`, file));
  }
  if (env !== undefined) {
    return signerOf(`${option}.env`, variable(`${option}.env`, env));
  }
  if (typeof sign !== 'function') {
    throw new OptionsInvalidError(`${option}.sign`, 'is no function', 'Give a function that has the message signed.');
  }
  return timedSigner(
    readPublicKey(`${option}.publicKey`, publicKey),
    sign as (message: Uint8Array) => Promise<Uint8Array> | Uint8Array,
    signTimeoutMs,
  );
}

function signerOf(option: string, pem: unknown): NoteSigner {
  try {
    return signerFromPem(pem as string);
  } catch (error) {
    throw refused(option, error);
  }
}

function contentOf(option: string, file: unknown): string {
  if (typeof file !== 'string' || file.trim() === '') {
    throw new OptionsInvalidError(option, 'is no path', 'Give the path of a file that holds the PEM text of the key.');
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as { readonly code?: string };
    throw new OptionsInvalidError(
      option,
      `cannot be read: "${file}" (${code ?? String(error)})`,
      'Make a key with `npx audited keys generate`, and let this user read it.',
    );
  }
}

function variable(option: string, name: unknown): string {
  if (typeof name !== 'string' || name.trim() === '') {
    throw new OptionsInvalidError(option, 'is no name', 'Give the name of an environment variable.');
  }
  const text = process.env[name];
  if (text === undefined || text.trim() === '') {
    throw new OptionsInvalidError(option, `names the environment variable "${name}", which is not set`, WAYS);
  }
  return text.replaceAll('\\n', '\n');
}

function readPublicKey(option: string, given: unknown): Uint8Array {
  if (given instanceof Uint8Array && given.length === PUBLIC_KEY_BYTES) {
    return Uint8Array.from(given);
  }
  if (typeof given === 'string') {
    try {
      const [key, ...more] = parseTrustedKeys(given);
      if (key !== undefined && more.length === 0) {
        return key.publicKey;
      }
    } catch (error) {
      throw refused(option, error);
    }
  }
  throw new OptionsInvalidError(
    option,
    'is no Ed25519 public key',
    'Give its 32 bytes, or its text: PEM or a verifier key.',
  );
}

/** Errors of keys repeat nothing of them. */
function refused(option: string, error: unknown): OptionsInvalidError {
  const message = error instanceof AuditError ? error.message : 'the key cannot be read';
  return new OptionsInvalidError(option, 'is no key that can be used', message);
}
