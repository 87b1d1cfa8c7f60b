import type { AuditEvent } from '../../event/audit-event.js';
import type { Clock } from '../../event/clock.js';
import { AuditJournal, type JournalRange, type JournalStatus, type RecentEvents } from './audit-journal.js';
import type { CreateFile } from './journal-file.js';
import { JournalErasure, type JournalRewriting } from './journal-erasure.js';
import { JournalFolder } from './journal-folder.js';
import { JournalKeeper } from './journal-keeper.js';
import type { RewriteEvents } from './line-rewrite.js';
import { journalLine, type JournalEvent } from './journal-line.js';
import { JournalPump } from './journal-pump.js';
import { JournalQueue } from './journal-queue.js';
import { JournalTroubles } from './journal-troubles.js';
import { JournalWriter } from './journal-writer.js';
import type { ResolvedJournalOptions } from './journal.options.js';
import { JournalReader } from './reading/journal-reader.js';

/** What the journal needs from the application around it. */
export interface JournalParts {
  readonly clock: Clock;
  /** ISO time (UTC) of the oldest event that is not stored yet; such events must not be removed. */
  readonly oldestUnstoredAt: () => string | undefined;
  /** Told once per kind of problem until the journal works again. */
  readonly report: (problem: string, error: unknown) => void;
  /** What an operator wants to know but need not mend: removed files, recovery. */
  readonly note: (message: string) => void;
  /** Called when lines are written again after a problem of the disk. */
  readonly recovered?: () => void;
  /** In place of the file system, for tests of disks that fail. */
  readonly createFile?: CreateFile;
}

/**
 * The second place of every event: JSON Lines files that a shipping agent reads. Its troubles are its own: `open`,
 * `write` and `close` never reject, and a disk that is full, gone or hung costs lines that are counted, never a record.
 */
export class Journal extends AuditJournal {
  private readonly queue: JournalQueue;
  private readonly writer: JournalWriter;
  private readonly pump: JournalPump;
  private readonly keeper: JournalKeeper;
  private readonly reader: JournalReader;
  private readonly troubles: JournalTroubles;
  private readonly erasure: JournalErasure;
  private closing: Promise<void> | undefined;
  private lastWrittenAt: string | undefined;

  constructor(
    private readonly options: ResolvedJournalOptions,
    parts: JournalParts,
  ) {
    super();
    const { clock } = parts;
    const folder = new JournalFolder(options, parts.createFile);
    this.troubles = new JournalTroubles(options.directory, parts);
    this.queue = new JournalQueue(options.maxQueuedBytes);
    this.keeper = new JournalKeeper(options, folder, parts, this.troubles);
    this.reader = new JournalReader(folder, clock, (line) => this.troubles.damaged(line));
    this.writer = new JournalWriter(options, folder, this.queue, clock, {
      began: () => this.keeper.tidy(this.writer.file?.name),
      problem: (problem, cause) => this.troubles.tell('file', problem, cause),
    });
    this.pump = new JournalPump(this.queue, this.writer, this.troubles, () => {
      this.lastWrittenAt = new Date(clock.now()).toISOString();
    });
    const { directory } = options;
    this.erasure = new JournalErasure({ directory, folder, clock, endFile: (ended) => this.pump.endFile(ended) });
  }

  /** Makes the folder and removes what is too old. A folder that cannot be made is reported, and tried again. */
  async open(): Promise<void> {
    if (this.options.fsync === 'interval') {
      this.pump.flushEvery(this.options.fsyncIntervalMs);
    }
    await this.keeper.open();
  }

  /**
   * Resolves when the lines are with the operating system, and with `fsync: 'always'` on the disk. While the disk does
   * not work it resolves at once; the lines wait in the queue as long as there is room. Never rejects.
   */
  write(events: readonly JournalEvent[]): Promise<void> {
    const accepted = events.filter((event) => this.accept(event));
    return accepted.length === 0 ? Promise.resolve() : this.pump.written();
  }

  /** Takes no more events; writes and flushes what waits, for a limited time. Never rejects. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  /**
   * Replaces lines, for the erasure of persons. Agents that tail the files see new ones, and may read them again.
   *
   * @param othersAreStopped no other process writes to this journal, so that all files may be replaced
   */
  rewrite(rewrite: RewriteEvents, othersAreStopped = false): Promise<JournalRewriting> {
    return this.erasure.rewrite(rewrite, othersAreStopped).finally(() => this.keeper.tidy(this.writer.file?.name));
  }

  recent(count?: number, reading?: RecentEvents): Promise<readonly AuditEvent[]> {
    return this.reader.recent(count, reading);
  }

  exportSiem(range?: JournalRange): AsyncIterable<string> {
    return this.reader.exportSiem(range);
  }

  status(): JournalStatus {
    const { files, bytes } = this.keeper.others;
    const file = this.writer.file;
    return {
      files: files + (file === undefined ? 0 : 1),
      bytes: bytes + (file?.bytes ?? 0),
      dropped: this.troubles.dropped,
      damagedLines: this.troubles.damagedLines,
      ...(this.lastWrittenAt === undefined ? {} : { lastWrittenAt: this.lastWrittenAt }),
    };
  }

  private accept(event: JournalEvent): boolean {
    if (this.closing !== undefined) {
      this.troubles.drop(1, 'closed', 'an event was dropped', 'it came after the journal was closed');
      return false;
    }
    try {
      if (this.queue.add(`${journalLine(event)}\n`)) {
        return true;
      }
      const cause = `more than maxQueuedBytes = ${this.options.maxQueuedBytes} would wait for the disk`;
      this.troubles.drop(1, 'queue', 'events are dropped', cause);
    } catch (error) {
      this.troubles.drop(1, 'line', 'an event was dropped', error);
    }
    return false;
  }

  private async finish(): Promise<void> {
    const lost = await this.pump.close();
    if (lost > 0) {
      this.troubles.drop(lost, 'closed', `${lost} event(s) were dropped`, 'they could not be written before the end');
    }
    await this.keeper.close();
  }
}
