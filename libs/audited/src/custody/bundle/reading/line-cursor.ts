import type { BundleFaults } from '../bundle-report.js';
import { GzipProblem, gzipLines, type PackedLine } from './gzip-line-reader.js';
import { FileProblem } from './safe-file.js';

/** A line that was read and understood. */
export interface ReadLine<T> {
  readonly number: number;
  readonly content: T;
}

/** So many lines that nobody understands are enough: the rest of such a file is not worth the time. */
const MAX_MALFORMED = 100;

/** Goes through the lines of a packed file. What is wrong with the file is a fault, and ends it. */
export class LineCursor<T> {
  private readonly batches: AsyncGenerator<readonly PackedLine[], void, void>;
  private batch: readonly PackedLine[] = [];
  private at = 0;
  private current: ReadLine<T> | undefined;
  private malformed = 0;
  private hasEnded = false;

  /**
   * @param read `undefined` for what is no such line
   * @param maxLines more are a fault
   */
  constructor(
    folder: string,
    private readonly file: string,
    private readonly read: (text: string) => T | undefined,
    private readonly maxLines: number,
    private readonly faults: BundleFaults,
  ) {
    this.batches = gzipLines(folder, file);
  }

  /** The line at the cursor; `undefined` at the end. */
  async peek(): Promise<ReadLine<T> | undefined> {
    while (this.current === undefined && !this.hasEnded) {
      const line = this.batch[this.at++];
      if (line === undefined) {
        await this.nextBatch();
      } else {
        this.current = this.understood(line);
      }
    }
    return this.current;
  }

  /** Moves behind the line that was peeked at. */
  advance(): void {
    this.current = undefined;
  }

  /** Gives the file back. */
  async close(): Promise<void> {
    this.hasEnded = true;
    this.current = undefined;
    await this.batches.return();
  }

  private async nextBatch(): Promise<void> {
    try {
      const { done, value } = await this.batches.next();
      this.hasEnded = done === true;
      this.batch = value ?? [];
      this.at = 0;
    } catch (error) {
      if (!(error instanceof GzipProblem) && !(error instanceof FileProblem)) {
        throw error;
      }
      if (error instanceof GzipProblem) {
        this.faults.add({ kind: 'gzip', file: this.file, message: error.message });
      } else if (!this.faults.toldAbout(this.file)) {
        this.faults.add({ kind: 'file', file: this.file, message: `the file ${error.message}` });
      }
      this.hasEnded = true;
    }
  }

  private understood({ number, text }: PackedLine): ReadLine<T> | undefined {
    if (number > this.maxLines) {
      this.giveUp(number, `there are more than the ${this.maxLines} lines that belong here; the rest was not read`);
      return undefined;
    }
    const content = text === undefined ? undefined : this.read(text);
    if (content !== undefined) {
      return { number, content };
    }
    const problem = text === undefined ? 'it is no UTF-8' : 'it is not the JSON that stands in this file';
    if (++this.malformed > MAX_MALFORMED) {
      this.giveUp(number, `${problem}; the rest of the file was not read`);
    } else {
      this.fault(number, problem);
    }
    return undefined;
  }

  private giveUp(number: number, message: string): void {
    this.fault(number, message);
    this.hasEnded = true;
  }

  private fault(line: number, message: string): void {
    this.faults.add({ kind: 'line', file: this.file, line, message });
  }
}
