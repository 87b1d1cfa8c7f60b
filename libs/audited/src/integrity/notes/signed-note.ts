import * as crypto from 'node:crypto';
import { KeyInvalidError, NoteMalformedError } from '../../event/proof.error.js';
import { verifyEd25519 } from './ed25519.js';
import { PUBLIC_KEY_BYTES, type NoteSigner } from './note-signer.js';

/** A signature line of a note, taken apart. Nothing is said about whether it verifies. */
export interface NoteSignature {
  /** Name of the key. */
  readonly name: string;
  /** The four bytes that identify the key beside its name, as 8 hex digits. */
  readonly keyId: string;
  /** What follows the key id; 64 bytes for Ed25519. */
  readonly signature: Uint8Array;
  /** The whole line, without its line break. */
  readonly line: string;
}

/** A C2SP signed note (https://c2sp.org/signed-note), taken apart. */
export interface SignedNote {
  /** What is signed; ends with a line break. */
  readonly text: string;
  /** At least one. */
  readonly signatures: readonly NoteSignature[];
}

/** Signature lines that a note may have; C2SP demands at least 16, and a note of thousands would cost a verifier. */
export const MAX_SIGNATURES = 100;
/** Longest note that is read, in UTF-16 code units. */
export const MAX_NOTE_LENGTH = 1_000_000;

/** The signature type of Ed25519 in key ids and verifier keys. */
export const ED25519_TYPE = 0x01;

const KEY_ID_BYTES = 4;
const LINE_START = '— ';
const SPACE_OR_PLUS = /[\p{White_Space}+]/u;
// oxlint-disable-next-line no-control-regex -- the specification forbids exactly these
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/**
 * Signs a text with every signer; the note has their lines in the same order.
 *
 * @param text ends with a line break, has no other control character
 * @param name of the key: the origin of the log
 * @throws NoteMalformedError when text or name cannot stand in a note
 * @throws KeyInvalidError when there is no signer, or one answers with what its public key does not verify
 */
export async function signNote(text: string, name: string, signers: readonly NoteSigner[]): Promise<string> {
  return assembleNote(text, await signatureLines(text, name, signers));
}

/** The signature lines only, for texts that are kept in another form than a note; see {@link signNote}. */
export async function signatureLines(
  text: string,
  name: string,
  signers: readonly NoteSigner[],
): Promise<readonly string[]> {
  checkText(text);
  checkKeyName(name);
  if (signers.length === 0) {
    throw new KeyInvalidError('there is none to sign with', 'Give at least one signer.');
  }
  const message = Buffer.from(text, 'utf8');
  return Promise.all(
    signers.map(async (signer) => {
      const signature = await signer.sign(message);
      // A key service that is configured wrongly must be found now, not by the auditor.
      if (!verifyEd25519(signer.publicKey, message, signature)) {
        throw new KeyInvalidError(
          'the signer answered with a signature that its public key does not verify',
          'Let the signer sign the very message with pure Ed25519, and give the public key that belongs to it.',
        );
      }
      const content = Buffer.concat([Buffer.from(keyId(name, signer.publicKey), 'hex'), signature]);
      return `${LINE_START}${name} ${content.toString('base64')}`;
    }),
  );
}

/** A note of a text and its signature lines (without line breaks). */
export function assembleNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/**
 * Takes a note apart. It must be trusted only after its signatures were checked: see `KeyRing`.
 *
 * @throws NoteMalformedError for everything that is no signed note
 */
export function parseNote(note: string): SignedNote {
  if (typeof note !== 'string' || note.length > MAX_NOTE_LENGTH) {
    throw new NoteMalformedError(`it is no text of at most ${MAX_NOTE_LENGTH} characters`);
  }
  const split = note.lastIndexOf('\n\n');
  if (split < 0) {
    throw new NoteMalformedError('there is no empty line between text and signatures');
  }
  const text = note.slice(0, split + 1);
  const block = note.slice(split + 2);
  checkText(note);
  if (block === '') {
    throw new NoteMalformedError('it has no signature');
  }
  const lines = block.slice(0, -1).split('\n', MAX_SIGNATURES + 1);
  if (lines.length > MAX_SIGNATURES) {
    throw new NoteMalformedError(`it has more than ${MAX_SIGNATURES} signatures`);
  }
  return { text, signatures: lines.map((line) => parseSignature(line)) };
}

/** `SHA-256(name || LF || 0x01 || public key)`, the first four bytes, as 8 hex digits. */
export function keyId(name: string, publicKey: Uint8Array): string {
  const named = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.of(ED25519_TYPE), publicKey]);
  return crypto.hash('sha256', named, 'hex').slice(0, KEY_ID_BYTES * 2);
}

/**
 * A public key as one line, `<name>+<key id>+<base64>`: the form that Go's `sumdb/note` and C2SP tools read.
 *
 * @throws NoteMalformedError when the name cannot be one of a key
 */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  checkKeyName(name);
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new KeyInvalidError(`it has ${publicKey.length} bytes`, `An Ed25519 public key has ${PUBLIC_KEY_BYTES}.`);
  }
  const encoded = Buffer.concat([Buffer.of(ED25519_TYPE), publicKey]).toString('base64');
  return `${name}+${keyId(name, publicKey)}+${encoded}`;
}

function checkKeyName(name: string): void {
  if (!isKeyName(name)) {
    throw new NoteMalformedError('the name of a key is empty, or has white space, a control character or a "+"');
  }
}

/** Standard base64 (RFC 4648 section 4), in its one canonical form; `undefined` for anything else. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Decoding skips what it does not know; two texts for one signature would let a note be changed unseen.
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Whether a key may be called so (C2SP signed-note). */
export function isKeyName(name: string): boolean {
  return name !== '' && !SPACE_OR_PLUS.test(name) && !CONTROL.test(name) && name.isWellFormed();
}

function checkText(text: string): void {
  if (!text.endsWith('\n')) {
    throw new NoteMalformedError('it does not end with a line break');
  }
  if (CONTROL.test(text)) {
    throw new NoteMalformedError('it has a control character, a carriage return or a tab perhaps');
  }
  if (!text.isWellFormed()) {
    throw new NoteMalformedError('it has half of a surrogate pair');
  }
}

function parseSignature(line: string): NoteSignature {
  const [name = '', encoded = '', ...rest] = line.slice(LINE_START.length).split(' ');
  const content = fromBase64(encoded);
  const isWhole = line.startsWith(LINE_START) && rest.length === 0 && isKeyName(name);
  if (!isWhole || content === undefined || content.length <= KEY_ID_BYTES) {
    throw new NoteMalformedError('a line after its last empty line is no signature');
  }
  return {
    name,
    keyId: content.toString('hex', 0, KEY_ID_BYTES),
    signature: new Uint8Array(content.subarray(KEY_ID_BYTES)),
    line,
  };
}
