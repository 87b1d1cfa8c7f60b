import { endedInTime, NO_ANSWER, PATIENCE_MS } from './deadline.js';
import type { JournalQueue } from './journal-queue.js';
import type { JournalTroubles } from './journal-troubles.js';
import type { JournalWriter } from './journal-writer.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 30_000;

/**
 * Keeps the lines moving: writes while there are some, flushes when it is time, tries again when the disk fails, and
 * lets nobody wait for a disk that does not work.
 */
export class JournalPump {
  private running: Promise<void> | undefined;
  private retryTimer: NodeJS.Timeout | undefined;
  private retryMs = FIRST_RETRY_MS;
  private flushTimer: NodeJS.Timeout | undefined;
  private isFlushDue = false;
  private isHung = false;
  /** Told when the file that is written has ended. */
  private fileEnds: (() => void)[] = [];
  private isClosing = false;

  /** @param wrote called after every step that wrote lines */
  constructor(
    private readonly queue: JournalQueue,
    private readonly writer: JournalWriter,
    private readonly troubles: JournalTroubles,
    private readonly wrote: () => void,
  ) {}

  flushEvery(intervalMs: number): void {
    this.flushTimer ??= setInterval(() => {
      this.isFlushDue = this.writer.file?.isDirty === true;
      if (this.isFlushDue && this.retryTimer === undefined) {
        this.run();
      }
    }, intervalMs).unref();
  }

  /** Resolves when what is in the queue now is written, at once when the disk does not work. Never rejects. */
  written(): Promise<void> {
    if (this.isHung || this.retryTimer !== undefined) {
      return Promise.resolve();
    }
    const settled = this.queue.lastSettled();
    this.run();
    return settled;
  }

  /**
   * Ends the file that is being written once everything that is in the queue now is in it; what comes next goes into
   * another file. Never rejects, and waits for a limited time.
   *
   * @param ended called before the next file is begun
   * @returns false when lines still wait for the disk
   */
  async endFile(ended: () => void): Promise<boolean> {
    await this.written();
    if (this.retryTimer !== undefined || this.isClosing) {
      return this.queue.length === 0;
    }
    const end = new Promise<void>((resolve) => {
      this.fileEnds.push(() => {
        ended();
        resolve();
      });
    });
    this.run();
    return endedInTime(end);
  }

  /**
   * Tries once more to write and flush everything. Never rejects, and waits for a limited time.
   *
   * @returns how many lines were given up
   */
  async close(): Promise<number> {
    this.isClosing = true;
    clearInterval(this.flushTimer);
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    if (!(await endedInTime(this.writeTheRest()))) {
      this.troubles.tell('disk', 'the last lines may not be written', NO_ANSWER);
    }
    return this.queue.clear();
  }

  /** Works until there is nothing to do or the disk fails; never twice at a time. */
  private run(): void {
    this.running ??= this.work();
  }

  private async work(): Promise<void> {
    // Callers of the same turn are written, and flushed, together.
    await Promise.resolve();
    try {
      while (this.queue.length > 0 || this.isFlushDue || this.fileEnds.length > 0) {
        await this.withPatience(this.step());
      }
    } catch (error) {
      this.failed(error);
    } finally {
      // In the turn in which the queue was found empty: a line that comes after it starts the work again.
      this.running = undefined;
    }
  }

  private async step(): Promise<void> {
    if (this.isFlushDue) {
      this.isFlushDue = false;
      await this.writer.flush();
    }
    if (this.fileEnds.length > 0) {
      await this.writer.close();
      this.fileEnds.splice(0).forEach((tell) => tell());
    }
    if (this.queue.length > 0) {
      await this.writer.step();
      this.wrote();
    }
    this.retryMs = FIRST_RETRY_MS;
    if (this.queue.length === 0) {
      this.troubles.recovered();
    }
  }

  private failed(error: unknown): void {
    this.queue.release();
    this.troubles.tell('disk', 'lines cannot be written; they wait, and are dropped when the queue is full', error);
    if (this.isClosing) {
      return;
    }
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined;
      this.run();
    }, this.retryMs).unref();
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  /** Lines of a step that takes too long stay in the queue, but nobody waits for them any longer. */
  private async withPatience(step: Promise<void>): Promise<void> {
    const timer = setTimeout(() => {
      this.isHung = true;
      this.queue.release();
      this.troubles.tell('disk', 'nobody waits for the disk any longer', NO_ANSWER);
    }, PATIENCE_MS);
    try {
      await step;
    } finally {
      clearTimeout(timer);
      this.isHung = false;
    }
  }

  private async writeTheRest(): Promise<void> {
    await this.running;
    if (this.queue.length > 0) {
      this.run();
      await this.running;
    }
    try {
      await this.writer.close();
    } catch (error) {
      this.troubles.tell('disk', 'the last lines may not be on the disk', error);
    }
  }
}
