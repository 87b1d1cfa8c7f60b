import type { FileSettings } from './file.options.js';
import { gzipFile, removeUnfinished } from './gzip-file.js';
import { addDays, parseLogFileName, utcDayOf, type LogFileName } from './log-file-name.js';
import { isMissing, type LogFolder } from './log-folder.js';
import { surplusFiles, type SizedFile } from './surplus-files.js';
import { cutTornLine } from './torn-line.js';

/** Keeps the folder tidy beside the writing: mends, compresses, removes. What fails is told, and tried again next time. */
export class FolderKeeper {
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: FileSettings,
    private readonly folder: LogFolder,
    /** Name of the file that is being written. */
    private readonly current: () => string | undefined,
  ) {}

  /** Takes away half lines that killed processes left. Never rejects. */
  async mend(): Promise<void> {
    await this.telling('could not be read', async () => {
      for (const { name, isCompressed } of await this.folder.files()) {
        if (!isCompressed && name !== this.current()) {
          await this.telling(`: ${name} could not be mended`, async () => {
            await cutTornLine(this.folder.pathOf(name));
          });
        }
      }
    });
  }

  /** Compresses and removes in the background; one round after the other. */
  tidy(): void {
    this.running = this.running.then(() => this.round());
  }

  /** Ends what runs in the background; a file that is half compressed stays as it was. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async round(): Promise<void> {
    if (this.stop.signal.aborted) {
      return;
    }
    const { directory, gzip } = this.settings;
    if (gzip) {
      await this.telling('could not be tidied', () => removeUnfinished(directory, (name) => this.isOurs(name)));
      await this.telling('could not be read', () => this.compress());
    }
    await this.telling('could not be tidied', () => this.remove());
  }

  private async compress(): Promise<void> {
    for (const file of (await this.folder.files()).filter((one) => this.isClosed(one))) {
      await this.telling(`: ${file.name} could not be compressed`, async () => {
        await gzipFile(this.folder.pathOf(file.name), this.settings.fileMode, this.stop.signal);
        await this.folder.flushNames();
        await this.folder.remove(file.name);
      });
    }
  }

  private async remove(): Promise<void> {
    const sized: SizedFile[] = [];
    for (const file of await this.folder.files()) {
      sized.push({ ...file, bytes: await this.folder.sizeOf(file.name) });
    }
    const today = utcDayOf(this.settings.clock.now());
    for (const { name } of surplusFiles(sized, this.settings, today, (file) => file.name === this.current())) {
      await this.telling(`: ${name} could not be removed`, () => this.folder.remove(name));
    }
  }

  /** Nobody writes in it any more: it is an earlier one of ours, or so old that whoever made it must be done with it. */
  private isClosed({ name, day, isCompressed }: LogFileName): boolean {
    const yesterday = addDays(utcDayOf(this.settings.clock.now()), -1);
    return !isCompressed && name !== this.current() && (this.folder.made.has(name) || day < yesterday);
  }

  private isOurs(name: string): boolean {
    return parseLogFileName(this.settings, name) !== undefined;
  }

  private async telling(problem: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.stop.signal.aborted && !isMissing(error)) {
        const separator = problem.startsWith(':') ? '' : ' ';
        this.settings.onTidyProblem(`The folder ${this.settings.directory}${separator}${problem}: ${String(error)}`);
      }
    }
  }
}
