import type { Clock } from '../../event/clock.js';
import { isMissing } from '../spool/durable-folder.js';
import type { JournalFileName } from './journal-file-name.js';
import { JournalFolder } from './journal-folder.js';
import { resolveJournalOptions, type JournalOptions } from './journal.options.js';
import { removeLeftOver, rewriteLines, type RewriteEvents } from './line-rewrite.js';
import { addDays, utcDayOf } from './utc-day.js';

/** What became of the lines of a journal. */
export interface JournalRewriting {
  readonly events: number;
  /** Files that were replaced by new ones. */
  readonly files: number;
  /** Sentences on what could not be reached, each with what to do. */
  readonly leftovers: readonly string[];
}

/** What rewriting a journal needs. */
export interface JournalErasureParts {
  readonly directory: string;
  readonly folder: JournalFolder;
  readonly clock: Clock;
  /**
   * Ends the file that this process writes and calls before the next one is begun.
   *
   * @returns false when lines still wait for the disk
   */
  readonly endFile: (ended: () => void) => Promise<boolean>;
}

/**
 * Rewrites lines in the files of a journal: those of this process, and those of days that no process writes to any more.
 * A file of another process is only named, because lines that it writes meanwhile would be lost.
 */
export class JournalErasure {
  constructor(private readonly parts: JournalErasureParts) {}

  /** @param othersAreStopped the caller vouches that no other process writes to this journal */
  async rewrite(rewrite: RewriteEvents, othersAreStopped: boolean): Promise<JournalRewriting> {
    const { directory, folder, endFile } = this.parts;
    const leftovers: string[] = [];
    let ended: ReadonlySet<string> = new Set();
    const note = (): void => {
      ended = new Set(folder.made);
    };
    if (!(await endFile(note))) {
      leftovers.push(
        `Lines wait for the disk of the journal ${directory}. Run the same erasure again once they are written.`,
      );
    }
    await removeLeftOver(directory).catch(ignoreMissing);
    let events = 0;
    let files = 0;
    for (const file of await folder.files()) {
      if (folder.made.has(file.name) && !ended.has(file.name)) {
        // Begun by this process since, with lines that are newer than the call.
        continue;
      }
      const isOthers = !othersAreStopped && !ended.has(file.name) && this.isRecent(file);
      const { changed, damaged } = await rewriteLines(folder.pathOf(file.name), rewrite, isOthers);
      if (isOthers && changed > 0) {
        leftovers.push(this.othersFile(file, changed));
      } else if (changed > 0) {
        events += changed;
        files++;
      }
      if (damaged > 0) {
        leftovers.push(
          `${damaged} damaged line(s) of the journal file ${file.name} were left as they are; nobody can tell whose ` +
            'they are. Look into the file, and take them out when they are of no use.',
        );
      }
    }
    return { events, files, leftovers };
  }

  /** Some process may still write it, also one whose clock is behind or that did not see midnight yet. */
  private isRecent({ day }: JournalFileName): boolean {
    return day >= addDays(utcDayOf(this.parts.clock.now()), -1);
  }

  private othersFile({ name, day }: JournalFileName, lines: number): string {
    return (
      `${lines} line(s) stand in the journal file ${name}, which another process may be writing. Run the same erasure ` +
      `again in that process, or from ${addDays(day, 2)} on, or once all processes are stopped (and say so).`
    );
  }
}

/** The files of a journal that this process does not write to, as of a command line. */
export function erasureOfFiles(options: JournalOptions, clock: Clock): JournalErasure {
  const resolved = resolveJournalOptions(options);
  const { directory } = resolved;
  const endFile = (): Promise<boolean> => Promise.resolve(true);
  return new JournalErasure({ directory, folder: new JournalFolder(resolved), clock, endFile });
}

/** A journal whose folder was never made has no lines. */
function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) {
    throw error;
  }
}
