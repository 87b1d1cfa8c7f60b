import { OptionsInvalidError } from '../../event/audit.error.js';
import type { ChainId } from '../../event/audit-record.js';
import { NoteMalformedError } from '../../event/proof.error.js';
import { HASH_BYTES, type Hash } from '../tree/merkle-hash.js';
import { fromBase64, isKeyName, parseNote } from './signed-note.js';

/** The head of a chain's tree at one size: the text of a C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint). */
export interface Checkpoint {
  /** Which log, and which chain of it: `<log name>/<chain>`. */
  readonly origin: string;
  /** How many records it covers: positions 1 to `size`. 0: the empty chain. */
  readonly size: number;
  /** RFC 6962 root over their hashes. */
  readonly root: Hash;
  /** When it was signed, ISO 8601 in UTC with milliseconds; absent in checkpoints of other makers. */
  readonly time?: string;
}

const MAX_LOG_NAME = 200;
const SIZE = /^(?:0|[1-9]\d{0,15})$/;
const TIME_LINE = /^time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** The origin of a chain's checkpoints, which is the name of the key that signs them too. */
export function originOf(logName: string, chain: ChainId): string {
  return `${logName}/${chain}`;
}

/**
 * Says whether a log may be called so: 1 to 200 characters without white space, control characters and `+`, and no `/`
 * at the ends; better a host name and a path that nobody else uses: `audit.example.com/billing`.
 *
 * @param option path of the option that gave it, for the error
 * @returns the name
 * @throws OptionsInvalidError
 */
export function checkLogName(name: unknown, option = 'logName'): string {
  const isShort = typeof name === 'string' && name.length > 0 && name.length <= MAX_LOG_NAME;
  if (!isShort || name.startsWith('/') || name.endsWith('/') || !isKeyName(name)) {
    throw new OptionsInvalidError(
      option,
      `is ${JSON.stringify(name) ?? typeof name}`,
      `Use 1 to ${MAX_LOG_NAME} characters without white space, "+" and "/" at the ends: audit.example.com/billing.`,
    );
  }
  return name;
}

/** The text that is signed: origin, size, root and, where given, the time, a line each. */
export function checkpointText({ origin, size, root, time }: Checkpoint): string {
  const lines = [origin, String(size), Buffer.from(root).toString('base64')];
  if (time !== undefined) {
    lines.push(`time ${time}`);
  }
  const text = `${lines.join('\n')}\n`;
  // What nobody could read back must never be signed.
  parseText(text);
  return text;
}

/**
 * Reads a checkpoint, signed or only its text. Whether it may be believed is for `KeyRing` to say.
 *
 * @throws NoteMalformedError
 */
export function parseCheckpoint(note: string): Checkpoint {
  return parseText(typeof note === 'string' && !note.includes('\n\n') ? note : parseNote(note).text);
}

function parseText(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  if (rest.at(-1) !== '' || rest.slice(0, -1).includes('')) {
    throw new NoteMalformedError('a checkpoint is three or more lines, none of them empty');
  }
  if (origin === '') {
    throw new NoteMalformedError('the first line of a checkpoint, the origin, is empty');
  }
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) {
    throw new NoteMalformedError('the second line of a checkpoint is no tree size');
  }
  const hash = fromBase64(root);
  if (hash?.length !== HASH_BYTES) {
    throw new NoteMalformedError('the third line of a checkpoint is no SHA-256 in base64');
  }
  const time = rest.map((line) => TIME_LINE.exec(line)?.[1]).find((found) => found !== undefined);
  const checkpoint = { origin, size: Number(size), root: new Uint8Array(hash) };
  return time !== undefined && isTime(time) ? { ...checkpoint, time } : checkpoint;
}

/** Thirty-one days in February have the form of a time, but are none. */
function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}
