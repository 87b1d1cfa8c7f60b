import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { AppendFile, CreateFile } from './append-file.js';
import type { FileSettings } from './file.options.js';
import { FolderKeeper } from './folder-keeper.js';
import { addDays, utcDayOf } from './log-file-name.js';
import { LogFolder } from './log-folder.js';

/** Writes batches to the file of the day, one after the other. */
export class FileWriter {
  private readonly folder: LogFolder;
  private readonly keeper: FolderKeeper;
  private current: AppendFile | undefined;
  /** What is under way; never rejects. */
  private busy: Promise<void> = Promise.resolve();
  private isMendingDue = true;

  /** @param create in place of the file system, for tests of disks that fail */
  constructor(
    private readonly settings: FileSettings,
    create?: CreateFile,
  ) {
    this.folder = new LogFolder(settings, create);
    this.keeper = new FolderKeeper(settings, this.folder, () => this.current?.place.name);
  }

  /**
   * Resolves when the disk has all of the lines, in a file that is where it should be.
   *
   * @param signal aborted while something earlier is still under way: nothing is written. Later it changes nothing: a write
   * cannot be called back.
   * @throws whatever the disk says; nothing of the batch is left then, or the half line is mended by the next
   */
  async write(lines: Buffer, signal: AbortSignal): Promise<void> {
    await this.inTurn(signal, async () => {
      if (this.isMendingDue) {
        await this.keeper.mend();
        this.isMendingDue = false;
      }
      const file = await this.fileFor(lines.length);
      try {
        await file.append(lines);
        if (!(await file.isInPlace())) {
          throw new Error(`${file.place.name} was removed or changed while it was written`);
        }
      } catch (error) {
        if (file.isBroken || !(await this.isUsable(file))) {
          await this.giveUp();
        }
        throw error;
      }
    });
  }

  /** Makes the folder, and finds out whether it can be written. @throws whatever the disk says */
  async check(signal: AbortSignal): Promise<void> {
    await this.inTurn(signal, async () => {
      await this.folder.make();
      await access(this.settings.directory, constants.W_OK | constants.X_OK);
    });
  }

  /** Closes the file when what is under way has ended. */
  async close(): Promise<void> {
    await this.keeper.close();
    await this.busy;
    const file = this.current;
    this.current = undefined;
    await file?.close();
  }

  private async inTurn(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    await this.busy;
    signal.throwIfAborted();
    const done = work();
    // Whoever waits for it in turn is not who hears of its failure.
    this.busy = done.catch(() => undefined);
    await done;
  }

  private async fileFor(batchBytes: number): Promise<AppendFile> {
    const today = utcDayOf(this.settings.clock.now());
    const tomorrow = addDays(today, 1);
    const file = this.current;
    // A clock that was set back over midnight does not reopen the day before: its file is closed, and agents may be
    // done with it. A clock that is more than a day behind the file was wrong when the file was begun.
    const day = file?.place.day === tomorrow ? tomorrow : today;
    if (file !== undefined && file.place.day === day && this.hasRoom(file, batchBytes) && (await file.isInPlace())) {
      return file;
    }
    this.current = undefined;
    await file?.close();
    this.current = await this.folder.createFile(day);
    this.keeper.tidy();
    return this.current;
  }

  private hasRoom(file: AppendFile, batchBytes: number): boolean {
    const { maxFileBytes } = this.settings;
    return maxFileBytes === 0 || file.bytes === 0 || file.bytes + batchBytes <= maxFileBytes;
  }

  private async isUsable(file: AppendFile): Promise<boolean> {
    try {
      return await file.isInPlace();
    } catch {
      // The failure before this one is what is told.
      return false;
    }
  }

  private async giveUp(): Promise<void> {
    const file = this.current;
    this.current = undefined;
    this.isMendingDue = true;
    try {
      await file?.close();
    } catch {
      // Nothing more is written there, and the failure before this one is what is told.
    }
  }
}
