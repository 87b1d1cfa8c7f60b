import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ChainId } from '../../event/audit-record.js';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { CheckpointFileError } from '../../event/custody.error.js';
import type { StoredCheckpoint } from '../../storage/tree-store.js';

/** Notes are no secret, but only the log may add to them. */
const FILE_MODE = 0o644;
/** So much of the end is read at boot: some thousand checkpoints, so that of every chain the last one is among them. */
const TAIL_BYTES = 4 * 1024 * 1024;
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;

/**
 * Appends every signed note to a file: JSON Lines with the members `chain`, `note`, `root`, `signedAt` and `size`. Kept
 * where the database's administrator cannot write, it is a witness against a log that was cut or made anew.
 */
export class CheckpointFile {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /**
   * Makes the file and its folder, unless they are there.
   *
   * @returns the notes at its end, oldest first
   * @throws OptionsInvalidError when it cannot be written
   */
  async open(): Promise<readonly string[]> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      return await this.withFile(async (file, size) => {
        const begin = Math.max(0, size - TAIL_BYTES);
        const tail = Buffer.alloc(size - begin);
        await file.read(tail, 0, tail.length, begin);
        return notesIn(tail.toString('utf8'));
      });
    } catch (error) {
      throw new OptionsInvalidError(
        'checkpoints.file',
        `cannot be written: "${this.path}" (${systemWord(error)})`,
        'Name a file that this user may append to.',
      );
    }
  }

  /** Durable when it resolves. Several processes may append to one file. @throws CheckpointFileError */
  async append({ chain, size, root, signedAt, note }: StoredCheckpoint): Promise<void> {
    const line = `${JSON.stringify({ chain, note, root, signedAt, size } satisfies NoteLine)}\n`;
    try {
      await this.withFile(async (file, bytes) => {
        // A line that a crash left unfinished must not swallow this one.
        const isWhole = bytes === 0 || (await lastByte(file, bytes)) === '\n';
        await file.appendFile(isWhole ? line : `\n${line}`);
        await file.sync();
      });
    } catch (error) {
      throw new CheckpointFileError(this.path, systemWord(error), { cause: error });
    }
  }

  /** Opened anew each time: log rotation may have moved the file. */
  private async withFile<Result>(use: (file: FileHandle, size: number) => Promise<Result>): Promise<Result> {
    const file = await open(this.path, APPEND, FILE_MODE);
    try {
      return await use(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }
}

interface NoteLine {
  readonly chain: ChainId;
  readonly note: string;
  readonly root: string;
  readonly signedAt: string;
  readonly size: number;
}

/**
 * The signed notes in the text of a checkpoint file, oldest first, for a verification with checkpoints from outside. Lines
 * that are no such object (cut by a crash, say) are left out.
 */
export function notesIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const note = noteIn(line);
    return note === undefined ? [] : [note];
  });
}

function noteIn(line: string): string | undefined {
  try {
    const { note } = JSON.parse(line) as Partial<NoteLine>;
    return typeof note === 'string' ? note : undefined;
  } catch {
    // Cut by a crash, or the middle of a line at the beginning of what was read.
    return undefined;
  }
}

async function lastByte(file: FileHandle, size: number): Promise<string> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1');
}

/** The system's own word for what went wrong: `ENOSPC`. */
function systemWord(error: unknown): string {
  return (error as { readonly code?: string }).code ?? String(error);
}
