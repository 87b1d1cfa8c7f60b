import * as crypto from 'node:crypto';
import { KeyInvalidError } from '../../event/proof.error.js';
import { PUBLIC_KEY_BYTES, rawPublicKey } from './note-signer.js';
import { ED25519_TYPE, fromBase64, isKeyName, keyId } from './signed-note.js';

/** A public key that whoever verifies trusts, because it came by another way than the log. */
export interface TrustedKey {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /**
   * Trusted only for the log, or the one chain of it, of this name: the origin itself, or what comes before a `/` of it.
   * Absent: for whatever this key signed.
   */
  readonly name?: string;
  /** ISO 8601. What says it was signed before then is not trusted. */
  readonly notBefore?: string;
  /** ISO 8601. What says it was signed after then is not trusted: when the key was replaced, say. */
  readonly notAfter?: string;
}

type Validity = Pick<TrustedKey, 'notBefore' | 'notAfter'>;

const PEM_BEGIN = /^-----BEGIN ([A-Z0-9 ]+)-----$/;
const ATTRIBUTE = /(?:^|\s)(notBefore|notAfter)=(\S*)/g;
/** What somebody meant for one, whichever way it is written: a validity that is overlooked would make a key eternal. */
const ALMOST_ATTRIBUTE = /not[\s_-]?(?:before|after)\s*[=:]/i;
const ISO_TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
const DAY_LENGTH = '2026-01-01'.length;
const CURE = 'Use PEM blocks of public keys, verifier keys (<name>+<id>+<base64>), comments (#) and empty lines only.';

/**
 * Reads a list of public keys: PEM blocks (`-----BEGIN PUBLIC KEY-----`, Ed25519) and C2SP verifier keys, one a line;
 * empty lines, and comments that begin with `#`.
 *
 * A key's validity stands at the end of a verifier key's line, or in the comment right before a PEM block:
 * `notBefore=2026-01-01T00:00:00Z notAfter=2027-01-01`. A date alone is its first moment in UTC.
 *
 * @returns none for a text without keys
 * @throws KeyInvalidError for anything else, with the number of the line and never with what is in it
 */
export function parseTrustedKeys(text: string): readonly TrustedKey[] {
  const keys: TrustedKey[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  let comment: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? '').trim();
    const at = `line ${index + 1}`;
    const begin = PEM_BEGIN.exec(line)?.[1];
    if (begin !== undefined) {
      const end = lines.findIndex((other, place) => place > index && other.trim() === `-----END ${begin}-----`);
      const pem = lines.slice(index, end + 1).join('\n');
      keys.push({ publicKey: publicKeyFromPem(begin, pem, at), ...validityIn(comment ?? '', at) });
      index = end;
    } else if (line !== '' && !line.startsWith('#')) {
      keys.push(keyFromLine(line, at));
    }
    comment = line.startsWith('#') ? line.slice(1) : undefined;
  }
  return keys;
}

function publicKeyFromPem(label: string, pem: string, at: string): Uint8Array {
  if (label !== 'PUBLIC KEY') {
    const problem = label.includes('PRIVATE') ? 'holds a private key, which nobody but the log may have' : 'is no key';
    throw new KeyInvalidError(`the block at ${at} ${problem}`, 'Give the public key: -----BEGIN PUBLIC KEY-----.');
  }
  let key: crypto.KeyObject;
  try {
    key = crypto.createPublicKey(pem);
  } catch (error) {
    throw new KeyInvalidError(`the PEM block at ${at} is damaged`, CURE, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    const type = key.asymmetricKeyType ?? 'unknown';
    throw new KeyInvalidError(`the key at ${at} is of the type ${type}, not ed25519`, 'Give an Ed25519 key.');
  }
  return rawPublicKey(key);
}

function keyFromLine(line: string, at: string): TrustedKey {
  const [key = '', ...attributes] = line.split(/\s+/);
  const validity = attributes.join(' ');
  if (validity.replace(ATTRIBUTE, '').trim() !== '') {
    throw new KeyInvalidError(`${at} has something after the key that is neither notBefore= nor notAfter=`, CURE);
  }
  return { ...verifierKeyOf(key, at), ...validityIn(validity, at) };
}

function verifierKeyOf(text: string, at: string): Pick<TrustedKey, 'publicKey' | 'name'> {
  const [, name = '', id, encoded = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const content = fromBase64(encoded);
  if (!isKeyName(name) || content === undefined) {
    throw new KeyInvalidError(`${at} is neither a PEM block nor a verifier key`, CURE);
  }
  if (content[0] !== ED25519_TYPE || content.length !== 1 + PUBLIC_KEY_BYTES) {
    throw new KeyInvalidError(`the verifier key at ${at} is not of the type Ed25519 (1)`, 'Give an Ed25519 key.');
  }
  const publicKey = new Uint8Array(content.subarray(1));
  if (keyId(name, publicKey) !== id) {
    throw new KeyInvalidError(`the verifier key at ${at} does not have the id that it names`, 'Copy it again, whole.');
  }
  return { publicKey, name };
}

function validityIn(text: string, at: string): Validity {
  const validity: { -readonly [name in keyof Validity]: string } = {};
  for (const [, given, time = ''] of text.matchAll(ATTRIBUTE)) {
    const name = given as keyof Validity;
    if (!ISO_TIME.test(time) || Number.isNaN(Date.parse(time)) || !isDay(time.slice(0, DAY_LENGTH))) {
      throw new KeyInvalidError(`${name} at ${at} is no time`, 'Write ISO 8601: 2026-01-01T00:00:00Z.');
    }
    if (validity[name] !== undefined) {
      throw new KeyInvalidError(`${name} at ${at} stands there twice`, 'Leave one of them.');
    }
    validity[name] = new Date(time).toISOString();
  }
  if (ALMOST_ATTRIBUTE.test(text.replace(ATTRIBUTE, ''))) {
    throw new KeyInvalidError(`the validity at ${at} cannot be read`, 'Write notBefore=<time> or notAfter=<time>.');
  }
  return validity;
}

/** `Date` takes the 31st of February for a day in March. */
function isDay(text: string): boolean {
  return new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}
