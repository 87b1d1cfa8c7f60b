import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import type { UtcDay } from './utc-day.js';

/** What the journal asks of an open file. */
export type OpenFile = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'stat' | 'close'>;

/** Makes a file that did not exist before and opens it for writing. */
export type CreateFile = (path: string, mode: number) => Promise<OpenFile>;

/**
 * O_EXCL: whoever makes a file owns it, so no two processes ever write in one. With it, and with O_NOFOLLOW where there
 * is such a thing, a symbolic link in place of the file is not followed.
 */
const CREATE_OWN =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const LINE_FEED = 0x0a;

export const createOwnFile: CreateFile = async (path, mode) => {
  const handle = await open(path, CREATE_OWN, mode);
  try {
    // The umask took rights away; the option says which ones the shipping agent needs.
    await handle.chmod(mode);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
};

/** How far an append came. */
export interface AppendResult {
  /** Bytes of the whole lines that are in the file now. */
  readonly wholeBytes: number;
  /** Why the rest is not. */
  readonly failure?: Error;
}

/** One file of the journal, made and written by this process alone. */
export class JournalFile {
  private written = 0;
  private torn = false;
  private dirty = false;

  private constructor(
    private readonly handle: OpenFile,
    private readonly identity: string,
    private readonly path: string,
    readonly name: string,
    readonly day: UtcDay,
  ) {}

  static async create(
    create: CreateFile,
    mode: number,
    { path, name, day }: { readonly path: string; readonly name: string; readonly day: UtcDay },
  ): Promise<JournalFile> {
    const handle = await create(path, mode);
    try {
      return new JournalFile(handle, identityOf(await handle.stat({ bigint: true })), path, name, day);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Size of the whole lines in it. */
  get bytes(): number {
    return this.written;
  }

  /** Ends in a part of a line that could not be taken away; nothing may be written behind it. */
  get isTorn(): boolean {
    return this.torn;
  }

  /** Holds lines that were not flushed yet. */
  get isDirty(): boolean {
    return this.dirty;
  }

  /** False when the file was removed, moved or replaced: what is written now would not be found. */
  async isInPlace(): Promise<boolean> {
    try {
      return identityOf(await lstat(this.path, { bigint: true })) === this.identity;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return false;
      }
      throw error;
    }
  }

  /** Appends whole lines. Never rejects: a part of a line that was written before a failure is taken away again. */
  async append(lines: Buffer): Promise<AppendResult> {
    let done = 0;
    try {
      while (done < lines.length) {
        const { bytesWritten } = await this.handle.write(lines, done, lines.length - done);
        if (bytesWritten === 0) {
          throw new Error('the disk takes no bytes');
        }
        done += bytesWritten;
      }
      this.kept(done);
      return { wholeBytes: done };
    } catch (error) {
      // Whole lines stay: an agent may have read them already.
      const wholeBytes = done === 0 ? 0 : lines.lastIndexOf(LINE_FEED, done - 1) + 1;
      this.kept(wholeBytes);
      if (done > wholeBytes) {
        await this.cutTornLine();
      }
      return { wholeBytes, failure: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  async flush(): Promise<void> {
    await this.handle.datasync();
    this.dirty = false;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private kept(bytes: number): void {
    this.written += bytes;
    this.dirty ||= bytes > 0;
  }

  private async cutTornLine(): Promise<void> {
    try {
      await this.handle.truncate(this.written);
    } catch {
      // The append's own failure is what is told; here it only matters that this file must not be continued.
      this.torn = true;
    }
  }
}

function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}
