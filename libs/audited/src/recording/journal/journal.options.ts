import { resolve } from 'node:path';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkOneOf, checkShape, checkText, checkWhole } from '../../event/option-checks.js';

/**
 * When written lines are flushed to the disk. Lines that are written but not flushed survive the end of the process,
 * `kill -9` included, but not a power failure.
 *
 * - `always`: before `write` resolves; callers that wait together share one flush
 * - `interval`: every `fsyncIntervalMs`, and before a file is closed
 * - `never`: when the operating system pleases
 */
export type JournalFsync = 'always' | 'interval' | 'never';

/** Options of the JSON Lines journal. Only `directory` has no default. */
export interface JournalOptions {
  /** Folder of the files; made at start when it is missing. Best its own: agents read everything in it. */
  readonly directory: string;
  /** How file names begin. @default 'audit' */
  readonly prefix?: string;
  /** A file that would grow larger is followed by a new one. 0: no limit. At least 1024. @default 268435456 */
  readonly maxFileBytes?: number;
  /** Files of days longer ago are removed. 0: files are kept for ever. @default 400 */
  readonly retentionDays?: number;
  /** @default 'interval' */
  readonly fsync?: JournalFsync;
  /** Time between two flushes with `fsync: 'interval'`. @default 1000 */
  readonly fsyncIntervalMs?: number;
  /** Lines that may wait for the disk, in bytes; what comes on top is dropped and counted. @default 16777216 */
  readonly maxQueuedBytes?: number;
  /** Permissions of new files. @default 0o600 */
  readonly fileMode?: number;
  /** Permissions of the folder, when it is made. @default 0o700 */
  readonly directoryMode?: number;
}

/** Options with every default filled in; the directory is an absolute path. */
export type ResolvedJournalOptions = Readonly<Required<JournalOptions>>;

const DEFAULTS = Object.freeze({
  prefix: 'audit',
  maxFileBytes: 256 * 1024 * 1024,
  retentionDays: 400,
  fsync: 'interval' as JournalFsync,
  fsyncIntervalMs: 1000,
  maxQueuedBytes: 16 * 1024 * 1024,
  fileMode: 0o600,
  directoryMode: 0o700,
});
const OPTION_NAMES = ['directory', ...Object.keys(DEFAULTS)];

/**
 * Checks the options and fills in the defaults. The given object is copied, never written to.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveJournalOptions(given: JournalOptions): ResolvedJournalOptions {
  checkShape('journal', given, OPTION_NAMES);
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as JournalOptions;
  const options = { ...DEFAULTS, ...named };
  if (options.directory === undefined) {
    throw new OptionsInvalidError('journal.directory', 'is missing', 'Name a folder for the files of the journal.');
  }
  checkText('journal.directory', options.directory);
  checkPrefix(options.prefix);
  if (options.maxFileBytes !== 0) {
    checkWhole('journal.maxFileBytes', options.maxFileBytes, 1024, 2 ** 40);
  }
  checkWhole('journal.retentionDays', options.retentionDays, 0, 36_500);
  checkOneOf('journal.fsync', options.fsync, ['always', 'interval', 'never']);
  checkWhole('journal.fsyncIntervalMs', options.fsyncIntervalMs, 10, 3_600_000);
  checkWhole('journal.maxQueuedBytes', options.maxQueuedBytes, 1024, 2 ** 30);
  checkMode('journal.fileMode', options.fileMode, 0o600, '0o640 lets the group read');
  checkMode('journal.directoryMode', options.directoryMode, 0o700, '0o750 lets the group read');
  return Object.freeze({ ...options, directory: resolve(options.directory) });
}

/** No dots and no separators: a file name must be readable as prefix, day and number in one way only. */
function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(prefix)) {
    throw new OptionsInvalidError(
      'journal.prefix',
      'is not the beginning of a file name',
      'Use 1 to 64 letters, digits, "_" and "-".',
    );
  }
}

/** Owner rights that the journal itself needs must be there; and nobody else may write. */
function checkMode(option: string, mode: unknown, least: number, example: string): void {
  const isMode = typeof mode === 'number' && Number.isInteger(mode) && mode >= 0 && mode <= 0o777;
  if (!isMode || (mode & least) !== least || (mode & 0o022) !== 0) {
    throw new OptionsInvalidError(
      option,
      isMode ? `is 0o${mode.toString(8)}` : 'is no file mode',
      `Use a number that holds 0o${least.toString(8)} and lets nobody else write; ${example}.`,
    );
  }
}
