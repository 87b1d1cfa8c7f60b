import { chmod, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createOwnFile, JournalFile, type CreateFile } from './journal-file.js';
import {
  byDayAndIndex,
  journalFileName,
  MAX_FILE_INDEX,
  parseJournalFileName,
  type JournalFileName,
} from './journal-file-name.js';
import type { ResolvedJournalOptions } from './journal.options.js';
import type { UtcDay } from './utc-day.js';

/** The folder of a journal: which files are in it, and the next one. Only files with exactly our names are seen. */
export class JournalFolder {
  /** Names of the files that this process made; nobody else ever writes in them. */
  readonly made = new Set<string>();
  private last: { readonly day: UtcDay; readonly index: number } | undefined;

  constructor(
    private readonly options: Pick<
      ResolvedJournalOptions,
      'directory' | 'prefix' | 'fileMode' | 'directoryMode' | 'fsync'
    >,
    private readonly create: CreateFile = createOwnFile,
  ) {}

  pathOf(name: string): string {
    return join(this.options.directory, name);
  }

  /** Makes the folder when it is missing; one that is there keeps its permissions. */
  async make(): Promise<void> {
    const { directory, directoryMode } = this.options;
    const firstMade = await mkdir(directory, { recursive: true, mode: directoryMode });
    if (firstMade !== undefined) {
      await chmod(directory, directoryMode);
    }
  }

  /** Oldest first. Links and folders with our names are not ours. A missing folder is an empty one. */
  async files(): Promise<readonly JournalFileName[]> {
    try {
      const entries = await readdir(this.options.directory, { withFileTypes: true });
      return entries
        .flatMap((entry) => (entry.isFile() ? (parseJournalFileName(this.options.prefix, entry.name) ?? []) : []))
        .sort(byDayAndIndex);
    } catch (error) {
      if (isMissing(error)) {
        return [];
      }
      throw error;
    }
  }

  /** A new file of this day, with a number that no file has, and that this process has not used before. */
  async createFile(day: UtcDay): Promise<JournalFile> {
    await this.make();
    const listed = (await this.files()).findLast((file) => file.day === day)?.index ?? -1;
    const used = this.last?.day === day ? this.last.index : -1;
    for (let index = Math.max(listed, used) + 1; index <= MAX_FILE_INDEX; index++) {
      const name = journalFileName(this.options.prefix, day, index);
      const place = { path: this.pathOf(name), name, day };
      try {
        const file = await JournalFile.create(this.create, this.options.fileMode, place);
        this.last = { day, index };
        this.made.add(name);
        return await this.withFlushedName(file);
      } catch (error) {
        // Another process was faster, or something else has the name.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      }
    }
    throw new Error(`no file name is left for ${day} in ${this.options.directory}`);
  }

  /** @returns the size in bytes; `undefined` when the file is gone */
  async sizeOf(name: string): Promise<number | undefined> {
    try {
      return (await lstat(this.pathOf(name))).size;
    } catch (error) {
      if (isMissing(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** @returns false when somebody else removed the file before */
  async remove(name: string): Promise<boolean> {
    try {
      await unlink(this.pathOf(name));
      this.made.delete(name);
      return true;
    } catch (error) {
      if (isMissing(error)) {
        return false;
      }
      throw error;
    }
  }

  /** Flushes the folder itself: without it a power failure may take the name of a new file, and so all its lines. */
  private async withFlushedName(file: JournalFile): Promise<JournalFile> {
    if (this.options.fsync === 'never' || process.platform === 'win32') {
      return file;
    }
    try {
      const folder = await open(this.options.directory, 'r');
      await folder.sync().finally(() => folder.close());
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
