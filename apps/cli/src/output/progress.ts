import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** Where a bar is drawn: standard error, or a stream of a test. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Long work as a bar with the time that is left, on standard error; nothing where nobody watches. */
export class Progress {
  private bar: SingleBar | undefined;

  /** @param what what is counted, in the plural: `records` */
  constructor(terminal: Terminal, what: string, stream: ProgressStream = process.stderr) {
    if (!terminal.isQuiet && stream.isTTY === true) {
      this.bar = new SingleBar(
        {
          format: `{bar} {percentage} %  {value} of {total} ${what}  {eta_formatted} left`,
          stream,
          clearOnComplete: true,
          hideCursor: true,
          etaBuffer: 200,
        },
        Presets.rect,
      );
    }
  }

  /** May be called as often as wanted. */
  update(done: number, total: number): void {
    if (this.bar === undefined) {
      return;
    }
    if (!this.bar.isActive) {
      this.bar.start(Math.max(total, done), done);
    }
    // The end may move while the work goes on.
    this.bar.setTotal(Math.max(total, done));
    this.bar.update(done);
  }

  /** Removes the bar, so that the result stands alone. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}

/** A bar between the lines of the document would help nobody. */
export function documentProgress(
  { out }: { readonly out?: string },
  terminal: Terminal,
  what: string,
): Progress | undefined {
  return out === undefined && process.stdout.isTTY ? undefined : new Progress(terminal, what);
}
