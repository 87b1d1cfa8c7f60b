import { resolve } from 'node:path';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { systemClock, type Clock } from '../../event/clock.js';
import { checkFlag, checkShape, checkText, checkWhole } from '../../event/option-checks.js';

/** Options of `file`. Only `directory` has no default. */
export interface FileOptions {
  /** Folder of the files; made when it is missing. One destination has a folder, or a prefix, of its own. */
  readonly directory: string;
  /** How file names begin: 1 to 64 letters, digits, "_" and "-". @default 'audit' */
  readonly prefix?: string;
  /** How they end, without the dot; `log` for a format that is no JSON. @default 'jsonl' */
  readonly extension?: string;
  /**
   * A file that would grow larger is followed by a new one; a batch is never split, so one file may hold one larger batch.
   * 0: no limit. At least 1024.
   * @default 268435456
   */
  readonly maxFileBytes?: number;
  /** Compresses files when they are closed: `audit-2026-11-30.jsonl.gz`. @default false */
  readonly gzip?: boolean;
  /** Files of days longer ago are removed. 0: they are kept for ever. @default 400 */
  readonly retentionDays?: number;
  /** More files than this are not kept; the oldest go. 0: no limit. @default 0 */
  readonly maxFiles?: number;
  /** More bytes than this are not kept in all files together; the oldest go. 0: no limit. @default 0 */
  readonly maxTotalBytes?: number;
  /** Permissions of new files. @default 0o600 */
  readonly fileMode?: number;
  /** Permissions of the folder, when it is made. @default 0o700 */
  readonly directoryMode?: number;
  /** Events in one batch, which is one write and one flush. @default 1000 */
  readonly maxEvents?: number;
  /** Bytes of one batch. What is longer by itself becomes a dead letter. At least 4096. @default 4194304 */
  readonly maxBytes?: number;
  /** A disk that does not answer within this time is not waited for. @default 30000 */
  readonly timeoutMs?: number;
  /**
   * Told what could not be tidied: a file that was not compressed, not removed or not mended. Delivery goes on.
   * @default a warning of the process
   */
  readonly onTidyProblem?: (problem: string) => void;
  /** @default the clock of the system */
  readonly clock?: Clock;
}

/** {@link FileOptions}, checked and complete; the directory is an absolute path. */
export type FileSettings = Readonly<Required<FileOptions>>;

const DEFAULTS = Object.freeze({
  prefix: 'audit',
  extension: 'jsonl',
  maxFileBytes: 256 * 1024 * 1024,
  gzip: false,
  retentionDays: 400,
  maxFiles: 0,
  maxTotalBytes: 0,
  fileMode: 0o600,
  directoryMode: 0o700,
  maxEvents: 1000,
  maxBytes: 4 * 1024 * 1024,
  timeoutMs: 30_000,
  onTidyProblem: (problem: string) => process.emitWarning(problem, { type: 'AuditFileWarning' }),
  clock: systemClock,
});
const NAMES = ['directory', ...Object.keys(DEFAULTS)];

/** @throws OptionsInvalidError naming the option and the cure */
export function fileSettings(given: FileOptions): FileSettings {
  checkShape('', given, NAMES);
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as FileOptions;
  const options = { ...DEFAULTS, ...named };
  if (options.directory === undefined) {
    throw new OptionsInvalidError('directory', 'is missing', 'Name a folder for the files.');
  }
  checkText('directory', options.directory);
  checkNaming(options);
  checkFlag('gzip', options.gzip);
  checkLimit('maxFileBytes', options.maxFileBytes, 1024, 2 ** 40);
  checkWhole('retentionDays', options.retentionDays, 0, 36_500);
  checkWhole('maxFiles', options.maxFiles, 0, 1_000_000);
  checkLimit('maxTotalBytes', options.maxTotalBytes, 1024, 2 ** 50);
  checkMode('fileMode', options.fileMode, 0o600, '0o640 lets the group read');
  checkMode('directoryMode', options.directoryMode, 0o700, '0o750 lets the group read');
  checkWhole('maxEvents', options.maxEvents, 1, 100_000);
  checkWhole('maxBytes', options.maxBytes, 4096, 2 ** 28);
  checkWhole('timeoutMs', options.timeoutMs, 1, 600_000);
  return Object.freeze({ ...options, directory: resolve(options.directory) });
}

/** No dots and no separators: a file name must be readable as prefix, day, number and ending in one way only. */
function checkNaming({ prefix, extension }: { readonly prefix: unknown; readonly extension: unknown }): void {
  if (typeof prefix !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(prefix)) {
    throw new OptionsInvalidError(
      'prefix',
      'is not the beginning of a file name',
      'Use 1 to 64 letters, digits, "_" and "-".',
    );
  }
  if (typeof extension !== 'string' || !/^[a-z][a-z0-9]{0,15}$/.test(extension) || extension === 'gz') {
    throw new OptionsInvalidError(
      'extension',
      'is not the ending of a file name',
      'Use a small letter and up to 15 small letters and digits, without a dot; "gz" is for compressed files.',
    );
  }
}

/** 0 stands for no limit. */
function checkLimit(option: string, value: number, least: number, most: number): void {
  if (value !== 0) {
    checkWhole(option, value, least, most);
  }
}

/** Owner rights that the exporter itself needs must be there; and nobody else may write. */
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
