import type { ProbeVerdict } from '../../delivery/delivery-verdict.js';
import { cleanTextOf } from '../secret-words.js';

type DiskVerdict = Exclude<ProbeVerdict, { status: 'ok' }>;

const MAKE_ROOM = 'Make room on the disk, or keep less by "retentionDays", "maxFiles" or "maxTotalBytes".';
const NO_RIGHT = 'Give the user of this process the right to write in the folder.';
const NO_FOLDER = 'Name a folder in "directory": what is there is none.';

/** Nothing is written before somebody mends it. */
const HELD: Readonly<Record<string, string>> = {
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: 'The file system is mounted for reading only: mount it for writing, or name another folder.',
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
  EISDIR: NO_FOLDER,
  ELOOP: 'Links lead in a circle: name another folder.',
  ENAMETOOLONG: 'Name a folder with a shorter path, or a shorter "prefix".',
  EFBIG: 'The system lets no file become so large: lower "maxFileBytes".',
};

const RETRIED: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  ENOENT: 'The folder was removed; it is made again.',
  EMFILE: 'This process has too many files open: raise its limit.',
  ENFILE: 'This machine has too many files open.',
  EIO: 'The disk fails: look into the log of the system.',
  TimeoutError: 'The disk does not answer: look into the log of the system.',
};

const oneLine = cleanTextOf([]);

/** What an error of the disk means: `retry` for what may pass by itself, `hold` for what does not. */
export function diskVerdict(error: unknown): DiskVerdict {
  const { code, name, message } = error as {
    readonly code?: unknown;
    readonly name?: unknown;
    readonly message?: unknown;
  };
  const word = typeof code === 'string' ? code : String(name);
  const reason = oneLine(typeof message === 'string' && message !== '' ? message : String(error));
  const held = HELD[word];
  if (held !== undefined) {
    return { status: 'hold', reason, cure: held };
  }
  const cure = RETRIED[word];
  return { status: 'retry', reason, ...(cure === undefined ? {} : { cure }) };
}
