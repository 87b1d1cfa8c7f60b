import type { Clock } from '../../event/clock.js';
import type { JournalFile } from './journal-file.js';
import type { JournalFolder } from './journal-folder.js';
import type { JournalQueue } from './journal-queue.js';
import type { ResolvedJournalOptions } from './journal.options.js';
import { addDays, utcDayOf } from './utc-day.js';

/** How much is handed to the disk at a time. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** What the writer tells whoever uses it. */
export interface WriterEvents {
  /** A new file was begun; the one before, if there was one, is closed. */
  readonly began: () => void;
  readonly problem: (problem: string, cause: unknown) => void;
}

/**
 * Moves lines from the queue to the file of the day, one step at a time; a step is never begun before the one before
 * ended. A line leaves the queue only when it is as safe as the options want it.
 */
export class JournalWriter {
  private current: JournalFile | undefined;

  constructor(
    private readonly options: ResolvedJournalOptions,
    private readonly folder: JournalFolder,
    private readonly queue: JournalQueue,
    private readonly clock: Clock,
    private readonly events: WriterEvents,
  ) {}

  get file(): JournalFile | undefined {
    return this.current;
  }

  /** Writes the first lines of the queue. @throws whatever the disk says; what was not written is still in the queue */
  async step(): Promise<void> {
    const file = await this.fileFor(this.queue.nextLineBytes);
    const { maxFileBytes } = this.options;
    const room = maxFileBytes === 0 ? MAX_BATCH_BYTES : Math.min(MAX_BATCH_BYTES, maxFileBytes - file.bytes);
    const { wholeBytes, failure } = await file.append(Buffer.from(this.queue.front(room).text));
    if (wholeBytes > 0 && this.options.fsync === 'always') {
      await this.flush();
    }
    this.queue.remove(wholeBytes);
    if (failure !== undefined) {
      if (file.isTorn) {
        await this.abandon();
      }
      throw failure;
    }
  }

  /** Flushes what was written. @throws whatever the disk says */
  async flush(): Promise<void> {
    if (this.current?.isDirty !== true) {
      return;
    }
    try {
      await this.current.flush();
    } catch (error) {
      // After a failed flush nobody can say what the file holds; further lines go where they can be trusted.
      await this.abandon();
      throw error;
    }
  }

  /** Flushes and closes. @throws whatever the disk says */
  async close(): Promise<void> {
    if (this.options.fsync !== 'never') {
      await this.flush();
    }
    const file = this.current;
    this.current = undefined;
    await file?.close();
  }

  private async fileFor(lineBytes: number): Promise<JournalFile> {
    const today = utcDayOf(this.clock.now());
    const tomorrow = addDays(today, 1);
    const file = this.current;
    // A clock that was set back over midnight does not reopen the day before: its file is closed, and agents may be
    // done with it. A clock that is more than a day behind the file was wrong when the file was begun.
    const day = file?.day === tomorrow ? tomorrow : today;
    if (file !== undefined && file.day === day && this.hasRoom(file, lineBytes)) {
      if (await file.isInPlace()) {
        return file;
      }
      this.events.problem('a new file is begun', `${file.name} was removed or replaced while it was written`);
    }
    await this.close();
    this.current = await this.folder.createFile(day);
    this.events.began();
    return this.current;
  }

  private hasRoom(file: JournalFile, lineBytes: number): boolean {
    const { maxFileBytes } = this.options;
    return maxFileBytes === 0 || file.bytes === 0 || file.bytes + lineBytes <= maxFileBytes;
  }

  private async abandon(): Promise<void> {
    const file = this.current;
    this.current = undefined;
    try {
      await file?.close();
    } catch (error) {
      this.events.problem('a file could not be closed', error);
    }
  }
}
