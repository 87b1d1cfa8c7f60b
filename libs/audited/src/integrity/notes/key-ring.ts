import { NoteMalformedError } from '../../event/proof.error.js';
import { verifyEd25519 } from './ed25519.js';
import { keyId, parseNote, type SignedNote } from './signed-note.js';
import { parseTrustedKeys, type TrustedKey } from './trusted-key.js';

export { parseTrustedKeys, type TrustedKey };

/** Whether a note may be believed. */
export type NoteVerdict = TrustedNote | DistrustedNote;

/** At least one trusted key signed it, and no signature in the name of a trusted key is wrong. */
export interface TrustedNote {
  readonly state: 'trusted';
  /** The keys that signed and are valid: one or more, each once. */
  readonly publicKeys: readonly Uint8Array[];
}

/**
 * - `malformed`: no signed note
 * - `other-log`: its first line names another log or chain
 * - `unknown-key`: no trusted key signed it
 * - `forged`: a signature in the name of a trusted key does not verify: the text was changed, or somebody pretends
 * - `expired`: only keys signed it that were not valid then, too early or too late
 */
export interface DistrustedNote {
  readonly state: 'unknown-key' | 'forged' | 'expired' | 'malformed' | 'other-log';
  /** A sentence for the operator. */
  readonly problem: string;
}

/** The public keys that a verifier trusts. Without keys nothing is trusted. */
export class KeyRing {
  private readonly trusted: readonly TrustedKey[];

  constructor(keys: readonly TrustedKey[]) {
    this.trusted = [...keys];
  }

  get keys(): readonly TrustedKey[] {
    return this.trusted;
  }

  /**
   * Judges a note of a log: its first line must be the origin, and so must the name of the key. Signatures of keys that
   * are not in the ring are ignored, as C2SP demands.
   *
   * @param origin of the chain that the note claims to be about
   * @param at ISO 8601: when it says it was signed; absent: validity of keys is not looked at
   */
  check(note: string, origin: string, at?: string): NoteVerdict {
    let parsed: SignedNote;
    try {
      parsed = parseNote(note);
    } catch (error) {
      if (error instanceof NoteMalformedError) {
        return { state: 'malformed', problem: error.message };
      }
      throw error;
    }
    if (!parsed.text.startsWith(`${origin}\n`)) {
      return { state: 'other-log', problem: `The note is not one of "${origin}": its first line names another log.` };
    }
    return judgeSignatures(parsed, origin, this.trusted, at);
  }
}

/**
 * Judges the signatures of a note, whatever its text says.
 *
 * @param name of the key: signatures under other names are ignored
 */
export function judgeSignatures(
  { text, signatures }: SignedNote,
  name: string,
  keys: readonly TrustedKey[],
  at?: string,
): NoteVerdict {
  const message = Buffer.from(text, 'utf8');
  const known = keys
    .filter((key) => key.name === undefined || key.name === name || name.startsWith(`${key.name}/`))
    .map((key) => ({ key, id: keyId(name, key.publicKey) }));
  const signed: TrustedKey[] = [];
  for (const signature of signatures) {
    const candidates = signature.name === name ? known.filter(({ id }) => id === signature.keyId) : [];
    const genuine = candidates.filter(({ key }) => verifyEd25519(key.publicKey, message, signature.signature));
    if (candidates.length > 0 && genuine.length === 0) {
      const problem = `A signature of the trusted key ${signature.keyId} does not verify: the note was changed or forged.`;
      return { state: 'forged', problem };
    }
    signed.push(...genuine.map(({ key }) => key));
  }
  if (signed.length === 0) {
    return { state: 'unknown-key', problem: `No trusted key signed the note in the name of "${name}".` };
  }
  const valid = signed.filter((key) => isValidAt(key, at));
  return valid.length > 0
    ? { state: 'trusted', publicKeys: distinctKeys(valid) }
    : { state: 'expired', problem: `The note says it was signed at ${at}, when none of its keys was valid.` };
}

/** A time that cannot be read is outside every validity that has a bound. */
function isValidAt({ notBefore, notAfter }: TrustedKey, at: string | undefined): boolean {
  if (at === undefined || (notBefore === undefined && notAfter === undefined)) {
    return true;
  }
  const time = Date.parse(at);
  const isEarly = notBefore !== undefined && !(time >= Date.parse(notBefore));
  const isLate = notAfter !== undefined && !(time <= Date.parse(notAfter));
  return !isEarly && !isLate;
}

function distinctKeys(keys: readonly TrustedKey[]): readonly Uint8Array[] {
  return [...new Map(keys.map(({ publicKey }) => [Buffer.from(publicKey).toString('hex'), publicKey])).values()];
}
