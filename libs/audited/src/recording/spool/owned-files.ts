import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, syncFolder } from './durable-folder.js';
import { orphanedFolders, OwnerFolder } from './owner-folder.js';
import { SegmentReplay, type KeptApart } from './segment-replay.js';
import { stripSegment } from './segment-strip.js';
import type { SpoolReporter } from './spool-reporter.js';
import { OpenSegment, segmentName, type Segment } from './spool-segment.js';
import { emptyTakenOver } from './spool-takeover.js';
import type { SpoolOptions } from './spool.options.js';

/** What waits in the spool. */
export interface SpoolBacklog {
  /** Events that are to be moved to the store. */
  readonly events: number;
  readonly bytes: number;
  /** When the oldest of them was recorded; absent when there is none. */
  readonly oldestAt?: string;
  /** Events that the store would not take; they are kept apart and tried again at the next start. */
  readonly refused: number;
}

/** A closed file, and how far its replay has come. */
export interface WaitingSegment {
  readonly segment: Segment;
  readonly replay: SegmentReplay;
}

/**
 * The files of one process in the spool's directory. Everything here forgets the files at once when the folder turns
 * out to be somebody else's, who has taken them over. Callers take turns; see `Spool`.
 */
export class OwnedFiles {
  folder: OwnerFolder | undefined;
  private current: OpenSegment | undefined;
  private waiting: WaitingSegment[] = [];
  /** What is in the waiting files together: every write asks, and there may be many files. */
  private inWaiting = { events: 0, bytes: 0 };
  private lastNumber = 0;
  private apart: KeptApart = { events: 0, bytes: 0 };

  constructor(
    private readonly options: SpoolOptions,
    private readonly report: SpoolReporter,
  ) {}

  get isEmpty(): boolean {
    return this.waiting.length === 0 && (this.current?.segment.events ?? 0) === 0;
  }

  /** The closed files, oldest first. */
  get closed(): readonly WaitingSegment[] {
    return this.waiting;
  }

  backlog(): SpoolBacklog {
    const { waiting, inWaiting, apart } = this;
    const current = this.current?.segment;
    // Replayed from the front: it is the first, or the one after a file that is just being cleared away.
    const oldest = waiting.find(({ segment }) => segment.events > 0)?.segment ?? current;
    const oldestAt = oldest !== undefined && oldest.events > 0 ? oldest.oldestAt : undefined;
    return {
      events: inWaiting.events + (current?.events ?? 0),
      bytes: inWaiting.bytes + (current?.bytes ?? 0) + apart.bytes,
      ...(oldestAt === undefined ? {} : { oldestAt }),
      refused: this.apart.events,
    };
  }

  async ownFolder(): Promise<OwnerFolder> {
    this.folder ??= await OwnerFolder.make(this.options.directory);
    return this.folder;
  }

  /** @returns false when the folder turned out to be somebody else's: what was written there may never be read */
  async write(lines: Buffer, events: number, oldestAt: string | undefined): Promise<boolean> {
    const folder = await this.ownFolder();
    const eventsBefore = this.backlog().events;
    try {
      const segment = await this.openSegment(folder);
      await segment.append(lines, events, oldestAt);
      if (await folder.isOurs()) {
        return true;
      }
    } catch (error) {
      if (!isMissing(error) || (await folder.isOurs())) {
        throw error;
      }
    }
    await this.forget(folder, eventsBefore);
    return false;
  }

  /** Closes the file that is being written, so that it can be replayed. */
  async roll(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) {
      return;
    }
    if (current.segment.events > 0) {
      this.add(current.segment);
      await current.close();
    } else {
      await current.close();
      await rm(current.segment.path, { force: true });
    }
  }

  /** The file is stored and gone. */
  retire(waiting: WaitingSegment, { events, bytes }: KeptApart): void {
    this.waiting = this.waiting.filter((one) => one !== waiting);
    this.inWaiting.events -= waiting.segment.events;
    this.inWaiting.bytes -= waiting.segment.bytes;
    this.apart = { events: this.apart.events + events, bytes: this.apart.bytes + bytes };
  }

  /**
   * Takes personal parts out of a file that is not being written or replayed. What was moved of it is given to the store
   * once more, which knows it by its ids.
   *
   * @returns how many events lost theirs
   */
  async strip(path: string, eventIds: ReadonlySet<string>): Promise<number> {
    const before = await sizeOf(path);
    const after = await stripSegment(path, eventIds);
    if (after === undefined) {
      return 0;
    }
    const { stripped, bytes, events } = after;
    const waiting = this.waiting.find(({ segment }) => segment.path === path);
    if (waiting === undefined) {
      this.apart = { ...this.apart, bytes: this.apart.bytes + bytes - before };
    } else {
      this.inWaiting.events += events - waiting.segment.events;
      this.inWaiting.bytes += bytes - waiting.segment.bytes;
      const replacement = this.replayOf({ ...waiting.segment, bytes, events });
      this.waiting = this.waiting.map((one) => (one === waiting ? replacement : one));
    }
    return stripped;
  }

  /** The folder is somebody else's now, and so is everything in it. */
  async forget(folder: OwnerFolder, events = this.backlog().events): Promise<void> {
    if (this.folder !== folder) {
      return;
    }
    const { current } = this;
    this.folder = undefined;
    this.current = undefined;
    this.waiting = [];
    this.inWaiting = { events: 0, bytes: 0 };
    this.apart = { events: 0, bytes: 0 };
    this.report.takenAway(events);
    await current?.close();
  }

  /** Takes over what dead processes left, one after another as they fell silent. @returns how many events came */
  async takeOver(adoptAfterMs: number): Promise<number> {
    const { directory } = this.options;
    const orphans = await orphanedFolders(directory, this.folder?.token, adoptAfterMs);
    let events = this.folder === undefined ? 0 : await this.emptyInto(this.folder);
    for (const name of orphans) {
      const folder = await this.ownFolder();
      await folder.takeOver(name);
      events += await this.emptyInto(folder);
    }
    return events;
  }

  private emptyInto(folder: OwnerFolder): Promise<number> {
    const nextNumber = (): number => ++this.lastNumber;
    return emptyTakenOver({ folder, nextNumber, add: (segment) => this.add(segment) });
  }

  private async openSegment(folder: OwnerFolder): Promise<OpenSegment> {
    if (this.current?.isOver(this.options.maxSegmentBytes) === true) {
      await this.roll();
    }
    if (this.current === undefined) {
      const number = ++this.lastNumber;
      this.current = await OpenSegment.create(number, join(folder.path, segmentName(number)));
      await syncFolder(folder.path);
    }
    return this.current;
  }

  private add(segment: Segment): void {
    this.inWaiting.events += segment.events;
    this.inWaiting.bytes += segment.bytes;
    this.waiting.push(this.replayOf(segment));
  }

  private replayOf(segment: Segment): WaitingSegment {
    // A replay that is still under way when the folder is given up counts on these books, not on the next.
    const { inWaiting } = this;
    const moved = (events: number): void => {
      inWaiting.events -= events;
    };
    return { segment, replay: new SegmentReplay(segment, moved) };
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) {
      return 0;
    }
    throw error;
  }
}
