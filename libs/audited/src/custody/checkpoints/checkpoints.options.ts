import { AuditError, OptionsInvalidError } from '../../event/audit.error.js';
import { checkShape, checkText, checkWhole } from '../../event/option-checks.js';
import { checkLogName } from '../../integrity/notes/checkpoint.js';
import { publicPem } from '../../integrity/notes/ed25519.js';
import { parseTrustedKeys } from '../../integrity/notes/key-ring.js';
import type { NoteSigner } from '../../integrity/notes/note-signer.js';
import { loadCheckpointKey, type CheckpointKey } from './checkpoint-key.js';

/** When and with what the log is signed. */
export interface CheckpointsOptions extends Partial<CheckpointTimes> {
  /**
   * Name of the log, in every checkpoint: a host name and a path that no other log has, `audit.example.com/orders`. It is
   * part of what is signed and of every key id, so it must not change. Needed with `keys`.
   */
  readonly origin?: string;
  /** Every one of them signs. To rotate: add the new key, then drop the old one into `trustedKeys`. @default none */
  readonly keys?: CheckpointKey | readonly CheckpointKey[];
  /**
   * Public keys of earlier days, which verify what they signed: PEM or C2SP verifier keys, one or several in a text. The
   * public halves of `keys` are trusted anyway. @default none
   */
  readonly trustedKeys?: string | readonly string[];
  /**
   * Path of a file that every signed note is appended to, one JSON object a line, fsynced. On another machine, or where
   * the database's administrator cannot write, it is a witness. @default none
   */
  readonly file?: string;
}

/** How often the log is signed. */
export interface CheckpointTimes {
  /** A chain in which something happened is signed so often. Least 100. @default 60000 */
  readonly intervalMs: number;
  /** It is also signed, within about a second, after so many records of this process. @default 10000 */
  readonly everyRecords: number;
  /** A chain in which nothing happened is signed so often: a proof that nothing did. @default 3600000 */
  readonly quietIntervalMs: number;
  /** How long a key service may take for a signature. Least 10. @default 10000 */
  readonly signTimeoutMs: number;
}

export const DEFAULT_CHECKPOINT_TIMES: CheckpointTimes = Object.freeze({
  intervalMs: 60_000,
  everyRecords: 10_000,
  quietIntervalMs: 3_600_000,
  signTimeoutMs: 10_000,
});

/** The option with its keys loaded and every default filled in. */
export interface ResolvedCheckpoints extends CheckpointTimes {
  /** Present whenever somebody signs. */
  readonly logName: string | undefined;
  readonly signers: readonly NoteSigner[];
  readonly file: string | undefined;
  /** Public keys that verify this log, own ones first; empty when no key was named at all. */
  readonly trustedKeys: readonly string[];
}

const DAY_MS = 86_400_000;

/** Nobody signs. */
export const NO_CHECKPOINTS: ResolvedCheckpoints = Object.freeze({
  ...DEFAULT_CHECKPOINT_TIMES,
  logName: undefined,
  signers: [],
  file: undefined,
  trustedKeys: [],
});

/**
 * Reads the option `checkpoints` and the keys that it names.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveCheckpoints(given: CheckpointsOptions | undefined): ResolvedCheckpoints {
  if (given === undefined) {
    return NO_CHECKPOINTS;
  }
  checkShape('checkpoints', given, ['origin', 'keys', 'trustedKeys', 'file', ...Object.keys(DEFAULT_CHECKPOINT_TIMES)]);
  const { origin, keys, trustedKeys, file, ...times } = given;
  const named = Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined));
  const resolved: CheckpointTimes = { ...DEFAULT_CHECKPOINT_TIMES, ...named };
  checkWhole('checkpoints.intervalMs', resolved.intervalMs, 100, DAY_MS);
  checkWhole('checkpoints.everyRecords', resolved.everyRecords, 1, 1_000_000_000);
  checkWhole('checkpoints.quietIntervalMs', resolved.quietIntervalMs, resolved.intervalMs, 366 * DAY_MS);
  checkWhole('checkpoints.signTimeoutMs', resolved.signTimeoutMs, 10, 600_000);
  if (file !== undefined) {
    checkText('checkpoints.file', file);
  }
  const signers = loadKeys(keys, resolved.signTimeoutMs);
  const logName = origin === undefined ? undefined : checkLogName(origin, 'checkpoints.origin');
  if (signers.length > 0 && logName === undefined) {
    throw new OptionsInvalidError(
      'checkpoints.origin',
      'is missing',
      'Name the log after a host and a path that no other log has: audit.example.com/orders.',
    );
  }
  return Object.freeze({
    ...resolved,
    logName,
    signers,
    file,
    trustedKeys: [...signers.map(({ publicKey }) => publicPem(publicKey)), ...checkedTexts(trustedKeys)],
  });
}

function loadKeys(given: CheckpointsOptions['keys'], signTimeoutMs: number): readonly NoteSigner[] {
  if (given === undefined) {
    return [];
  }
  const keys: readonly unknown[] = Array.isArray(given) ? given : [given];
  const option = (index: number): string => (Array.isArray(given) ? `checkpoints.keys[${index}]` : 'checkpoints.keys');
  const signers = keys.map((key, index) => loadCheckpointKey(option(index), key, signTimeoutMs));
  const ids = signers.map(({ publicKey }) => Buffer.from(publicKey).toString('base64'));
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) !== index) {
      throw new OptionsInvalidError(option(index), 'is the same key as an earlier one', 'Name every key once.');
    }
  }
  return Object.freeze(signers);
}

function checkedTexts(given: unknown): readonly string[] {
  const texts: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return texts.map((text, index) => {
    const option = Array.isArray(given) ? `checkpoints.trustedKeys[${index}]` : 'checkpoints.trustedKeys';
    if (typeof text !== 'string') {
      throw new OptionsInvalidError(option, 'is no text', 'Give public keys as PEM or C2SP verifier keys.');
    }
    try {
      parseTrustedKeys(text);
    } catch (error) {
      const message = error instanceof AuditError ? error.message : 'It cannot be read.';
      throw new OptionsInvalidError(option, 'holds no public keys that can be read', message);
    }
    return text;
  });
}
