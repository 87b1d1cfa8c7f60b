import { readFileSync, statSync } from 'node:fs';
import { notesIn, parseCheckpoint, parseTrustedKeys, signerFromPem } from 'nestjs-audited/custody';
import { InputError } from '../input-error.js';

type Files = readonly string[] | undefined;

/** Keys, notes and policies are small; whoever names a database by mistake is told so. */
const MAX_BYTES = 64 * 1024 * 1024;
const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
};

/** @throws InputError naming the file and the cure */
export function textOf(option: string, file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) {
      throw new InputError(`${option}: "${file}" is larger than such a file can be. Check the path.`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof InputError) {
      throw error;
    }
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    const problem = PROBLEMS[code] ?? `cannot be read (${code})`;
    throw new InputError(`${option}: "${file}" ${problem}. Check the path.`);
  }
}

/** The texts of the private keys. @throws InputError naming the file */
export function privateKeysOf(files: Files = []): readonly string[] {
  return textsOf('--key', files, signerFromPem);
}

/** The texts of the public keys. @throws InputError naming the file */
export function trustedKeysOf(files: Files = []): readonly string[] {
  return textsOf('--trust', files, (text) => {
    if (parseTrustedKeys(text).length === 0) {
      // Whoever names a file wants signatures to be checked; without any key, everything would pass.
      throw new Error('it holds no key.');
    }
  });
}

/**
 * The signed notes in the files: one note, several one after another as `audited checkpoint` prints them, or the lines that
 * the option `checkpoints.file` of the module appends.
 *
 * @throws InputError naming the file
 */
export function checkpointsOf(files: Files = []): readonly string[] {
  return files.flatMap((file) => {
    const text = textOf('--checkpoint', file);
    const lines = notesIn(text);
    const notes = lines.length > 0 ? lines : notesOneAfterAnother(text);
    checked('--checkpoint', file, () => notes.forEach(parseCheckpoint));
    return notes;
  });
}

/** Who has which secret: `k1=/run/secrets/audit-seal`. @throws InputError */
export function sealKeysOf(given: Files = []): readonly { readonly id: string; readonly secret: string }[] {
  return given.map((text) => {
    const [, id, file] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (id === undefined || file === undefined) {
      throw new InputError('--seal-key: give <id>=<file>, for example k1=/run/secrets/audit-seal.');
    }
    return { id, secret: textOf('--seal-key', file).trim() };
  });
}

/** Folders that are there: a mistyped one would be made, and found to hold nothing. @throws InputError naming it */
export function foldersOf(option: string, folders: Files = []): readonly string[] {
  for (const folder of folders) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new InputError(`${option}: "${folder}" is no folder. Check the path; nothing was done.`);
    }
  }
  return folders;
}

function textsOf(option: string, files: readonly string[], check: (text: string) => unknown): readonly string[] {
  return files.map((file) => {
    const text = textOf(option, file);
    checked(option, file, () => check(text));
    return text;
  });
}

/** Says which of several files is wrong. */
function checked(option: string, file: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    const reason = (error as Error).message.replace(/^The (?:key cannot be used|note is malformed): /, '');
    throw new InputError(`${option}: "${file}" cannot be used: ${reason}`);
  }
}

/** Signatures end a note; what comes behind them begins the next. */
function notesOneAfterAnother(text: string): readonly string[] {
  const notes: string[] = [];
  let lines: string[] = [];
  for (const line of text.replace(/\r?\n$/, '').split('\n')) {
    const isSignature = line.startsWith('\u2014 ');
    const isOver = lines.at(-1)?.startsWith('\u2014 ') === true;
    if (isOver && !isSignature) {
      notes.push(`${lines.join('\n')}\n`);
      lines = [];
    }
    if (lines.length > 0 || line.trim() !== '') {
      lines.push(line);
    }
  }
  return [...notes, `${lines.join('\n')}\n`];
}
