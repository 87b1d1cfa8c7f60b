import { OptionsInvalidError } from '../../event/audit.error.js';
import { NoteMalformedError } from '../../event/proof.error.js';
import { checkShape, checkText, checkWhole } from '../../event/option-checks.js';
import { DEFAULT_MAX_FAULTS } from '../../integrity/fault-list.js';
import { checkLogName, parseCheckpoint, type Checkpoint } from '../../integrity/notes/checkpoint.js';
import { KeyRing, parseTrustedKeys } from '../../integrity/notes/key-ring.js';
import type { VerifyOptions } from '../../storage/audit-reader.js';

/** Each holds a connection and a share of memory. */
const MAX_THREADS = 64;
const MOST_FAULTS = 1_000_000;
const KNOWN = ['chain', 'maxFaults', 'threads', 'trustedKeys', 'logName', 'checkpoints', 'onProgress'];

/** A checkpoint that was kept outside the database. */
export interface GivenCheckpoint extends Checkpoint {
  /** The chain that its origin names. */
  readonly chain: string;
  readonly note: string;
}

/** Options of a verification, checked and read. */
export interface VerifySettings {
  readonly chain: string | undefined;
  readonly maxFaults: number;
  readonly threads: number;
  /** `undefined`: no keys were given, and signatures are not checked. */
  readonly ring: KeyRing | undefined;
  /** `undefined`: whatever log the stored checkpoints name. */
  readonly logName: string | undefined;
  readonly given: readonly GivenCheckpoint[];
}

/**
 * Reads the options of a verification.
 *
 * @throws OptionsInvalidError naming the option and the cure; KeyInvalidError for a text that holds no usable keys
 */
export function verifySettings(options: VerifyOptions): VerifySettings {
  checkShape('verify', options, KNOWN);
  const { chain, maxFaults = DEFAULT_MAX_FAULTS, threads = 1, trustedKeys, logName, checkpoints, onProgress } = options;
  if (chain !== undefined) {
    checkText('verify.chain', chain);
  }
  checkWhole('verify.maxFaults', maxFaults, 0, MOST_FAULTS);
  checkWhole('verify.threads', threads, 1, MAX_THREADS);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new OptionsInvalidError('verify.onProgress', 'is no function', 'Give one, or leave it out.');
  }
  return {
    chain,
    maxFaults,
    threads,
    ring: ringOf(textsIn('verify.trustedKeys', trustedKeys)),
    logName: logName === undefined ? undefined : checkLogName(logName, 'verify.logName'),
    given: (textsIn('verify.checkpoints', checkpoints) ?? []).map(givenCheckpoint),
  };
}

function ringOf(texts: readonly string[] | undefined): KeyRing | undefined {
  if (texts === undefined || texts.length === 0) {
    return undefined;
  }
  const keys = texts.flatMap((text) => parseTrustedKeys(text));
  if (keys.length === 0) {
    // Whoever gives keys wants signatures to be checked; without any, everything would pass.
    throw new OptionsInvalidError('verify.trustedKeys', 'holds no key', 'Give public keys, or leave it out.');
  }
  return new KeyRing(keys);
}

function givenCheckpoint(note: string, index: number): GivenCheckpoint {
  try {
    const checkpoint = parseCheckpoint(note);
    const { origin } = checkpoint;
    return { ...checkpoint, note, chain: origin.slice(origin.lastIndexOf('/') + 1) };
  } catch (error) {
    if (error instanceof NoteMalformedError) {
      const cure = 'Take the file as it was written, byte by byte.';
      throw new OptionsInvalidError(`verify.checkpoints[${index}]`, `is no checkpoint: ${error.problem}`, cure);
    }
    throw error;
  }
}

function textsIn(option: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value)) {
    throw new OptionsInvalidError(option, 'is no list', 'Give a list of texts.');
  }
  value.forEach((text, index) => checkText(`${option}[${index}]`, text));
  return value as readonly string[];
}
