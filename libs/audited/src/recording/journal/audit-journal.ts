import type { AuditEvent } from '../../event/audit-event.js';

/** A line of the journal that is no event any more. */
export interface DamagedLine {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Where the line begins. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /**
   * `torn`: the file ends in the middle of it, because the process or the disk stopped there. `too-long`: longer than
   * any event can be. The others say what the bytes are not.
   */
  readonly problem: 'torn' | 'too-long' | 'not-utf8' | 'not-json' | 'not-an-event';
}

/** How to read the journal. */
export interface JournalReading {
  /** Is told every damaged line that was met; they are never returned, and never passed over in silence. */
  readonly onDamaged?: (line: DamagedLine) => void;
}

/** Which recent events to read. */
export interface RecentEvents extends JournalReading {
  /** Only events that it returns true for. */
  readonly filter?: (event: AuditEvent) => boolean;
}

/** Which part of the journal to read out. */
export interface JournalRange extends JournalReading {
  /** Only events that were recorded at or after this time. */
  readonly from?: Date;
  /** Only events that were recorded before this time. */
  readonly to?: Date;
}

/** What the journal did since the start of the process, and what there is of it. */
export interface JournalStatus {
  /** Journal files in the folder, those of other processes included, as of the last look. */
  readonly files: number;
  /** Their size. */
  readonly bytes: number;
  /** ISO time; absent as long as this process has not written. */
  readonly lastWrittenAt?: string;
  /** Events that this process could not write. They are in the database all the same. */
  readonly dropped: number;
  /** Different damaged lines that were met by reading. */
  readonly damagedLines: number;
}

/**
 * The journal, to read: the events in its JSON Lines files, of every day and of every process that shares the folder.
 * It is a copy without seals; the log that proves something is read with `AuditReader`. The class is its own DI token.
 */
export abstract class AuditJournal {
  /**
   * The latest events, newest first. Reads from the ends of the files; with a filter, as far back as it must.
   *
   * @param count at most so many, 1 to 10000. @default 100
   * @throws QueryInvalidError when `count` is something else
   */
  abstract recent(count?: number, reading?: RecentEvents): Promise<readonly AuditEvent[]>;

  /**
   * The lines as they are in the files, oldest file first, each with its line feed: JSON Lines for whatever takes them.
   * Nothing is read before it is asked for, so memory stays flat however large the journal is.
   *
   * @throws QueryInvalidError when `from` or `to` is no time
   */
  abstract exportSiem(range?: JournalRange): AsyncIterable<string>;

  abstract status(): JournalStatus;
}
