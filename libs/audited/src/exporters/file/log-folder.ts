import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppendFile, createOwnFile, type CreateFile } from './append-file.js';
import type { FileSettings } from './file.options.js';
import {
  byDayAndIndex,
  logFileName,
  MAX_FILE_INDEX,
  parseLogFileName,
  type LogFileName,
  type UtcDay,
} from './log-file-name.js';

/** The folder: which files are in it, and the next one. Only files with exactly our names are seen. */
export class LogFolder {
  /** Names of the files that this exporter made; nobody else writes in them. */
  readonly made = new Set<string>();
  private last: { readonly day: UtcDay; readonly index: number } | undefined;

  constructor(
    private readonly settings: Pick<FileSettings, 'directory' | 'prefix' | 'extension' | 'fileMode' | 'directoryMode'>,
    private readonly create: CreateFile = createOwnFile,
  ) {}

  pathOf(name: string): string {
    return join(this.settings.directory, name);
  }

  /** Makes the folder when it is missing; one that is there keeps its permissions. */
  async make(): Promise<void> {
    const { directory, directoryMode } = this.settings;
    try {
      const firstMade = await mkdir(directory, { recursive: true, mode: directoryMode });
      if (firstMade !== undefined) {
        await chmod(directory, directoryMode);
      }
    } catch (error) {
      if (isMissing(error)) {
        await checkNearest(directory);
      }
      throw error;
    }
  }

  /** Oldest first. Links and folders with our names are not ours. A missing folder is an empty one. */
  async files(): Promise<readonly LogFileName[]> {
    try {
      const entries = await readdir(this.settings.directory, { withFileTypes: true });
      return entries
        .flatMap((entry) => (entry.isFile() ? (parseLogFileName(this.settings, entry.name) ?? []) : []))
        .toSorted(byDayAndIndex);
    } catch (error) {
      if (isMissing(error)) {
        return [];
      }
      throw error;
    }
  }

  /** A new file of this day, with a number that no file has, and that this exporter has not used before. */
  async createFile(day: UtcDay): Promise<AppendFile> {
    await this.make();
    const listed = (await this.files()).findLast((file) => file.day === day)?.index ?? -1;
    const used = this.last?.day === day ? this.last.index : -1;
    for (let index = Math.max(listed, used) + 1; index <= MAX_FILE_INDEX; index++) {
      const name = logFileName(this.settings, day, index);
      const place = { name, day, index, isCompressed: false };
      try {
        const file = await AppendFile.create(this.create, this.settings.fileMode, this.pathOf(name), place);
        this.last = { day, index };
        this.made.add(name);
        return await this.withFlushedName(file);
      } catch (error) {
        // Another process was faster, or something else has the name, such as a link.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      }
    }
    throw new Error(`no file name is left for ${day} in ${this.settings.directory}`);
  }

  /** @returns the size in bytes; 0 when the file is gone */
  async sizeOf(name: string): Promise<number> {
    try {
      return (await lstat(this.pathOf(name))).size;
    } catch (error) {
      if (isMissing(error)) {
        return 0;
      }
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await unlink(this.pathOf(name));
    } catch (error) {
      // Somebody else removed it before.
      if (!isMissing(error)) {
        throw error;
      }
    }
    this.made.delete(name);
  }

  /** Makes new names in the folder durable: a power failure would take the name of a file, and so all its lines. */
  async flushNames(): Promise<void> {
    if (process.platform === 'win32') {
      return;
    }
    const folder = await open(this.settings.directory, 'r');
    try {
      await folder.sync();
    } catch (error) {
      // Some network file systems have no flush for folders; they make names durable by themselves, or not at all.
      if (!['EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        throw error;
      }
    } finally {
      await folder.close();
    }
  }

  private async withFlushedName(file: AppendFile): Promise<AppendFile> {
    try {
      await this.flushNames();
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

/**
 * Making folders within one that is not writable fails as if something were missing. Throws what is really in the way, if
 * anything is.
 */
async function checkNearest(directory: string): Promise<void> {
  for (let at = dirname(directory); ; at = dirname(at)) {
    try {
      await access(at, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      if (!isMissing(error) || at === dirname(at)) {
        throw error;
      }
    }
  }
}

/** True when the file or the folder is not there. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
