import { constants } from 'node:fs';
import { lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import type { LogFileName } from './log-file-name.js';

/** What is asked of an open file. */
export type OpenFile = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'stat' | 'close'>;

/** Makes a file that did not exist before and opens it for writing. */
export type CreateFile = (path: string, mode: number) => Promise<OpenFile>;

/**
 * O_EXCL: whoever makes a file owns it, so no two processes ever write in one, not even while one of them has lost its
 * lease and does not know it yet. With it, and with O_NOFOLLOW where there is such a thing, a symbolic link in place of the
 * file is not followed.
 */
const CREATE_OWN =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

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

/** One file, made and written by this exporter alone. */
export class AppendFile {
  private written = 0;
  private broken = false;

  private constructor(
    private readonly handle: OpenFile,
    private readonly identity: string,
    readonly path: string,
    readonly place: LogFileName,
  ) {}

  static async create(create: CreateFile, mode: number, path: string, place: LogFileName): Promise<AppendFile> {
    const handle = await create(path, mode);
    try {
      return new AppendFile(handle, identityOf(await handle.stat({ bigint: true })), path, place);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Size of the batches in it. */
  get bytes(): number {
    return this.written;
  }

  /** Nobody can say what it ends with: nothing may be written behind it. */
  get isBroken(): boolean {
    return this.broken;
  }

  /** False when the file was removed, replaced or changed by others: what is written now would not be found. */
  async isInPlace(): Promise<boolean> {
    try {
      const found = await lstat(this.path, { bigint: true });
      return identityOf(found) === this.identity && found.size === BigInt(this.written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Appends whole lines, and resolves when the disk has them. When it fails, none of them is left in the file; if even that
   * cannot be had, the file {@link isBroken}.
   */
  async append(lines: Buffer): Promise<void> {
    try {
      for (let done = 0; done < lines.length;) {
        const { bytesWritten } = await this.handle.write(lines, done, lines.length - done);
        if (bytesWritten === 0) {
          throw new Error('the disk takes no bytes');
        }
        done += bytesWritten;
      }
    } catch (error) {
      await this.takeBack();
      throw error;
    }
    try {
      await this.handle.datasync();
    } catch (error) {
      await this.takeBack();
      // What the file holds after a failed flush is only known to the disk.
      this.broken = true;
      throw error;
    }
    this.written += lines.length;
  }

  /** Closes it. One without a single batch is removed: it was made for one that did not fit. */
  async close(): Promise<void> {
    await this.handle.close();
    if (this.written === 0 && (await this.isInPlace())) {
      await unlink(this.path);
    }
  }

  private async takeBack(): Promise<void> {
    try {
      await this.handle.truncate(this.written);
    } catch {
      // The failure before this one is what is told; here it only matters that this file must not be continued.
      this.broken = true;
    }
  }
}

function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}
