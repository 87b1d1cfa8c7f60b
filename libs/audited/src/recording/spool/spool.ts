import { stat } from 'node:fs/promises';
import type { ChainId } from '../../event/audit-record.js';
import { ClosedError, SpoolFullError, SpoolUnusableError } from '../../event/audit.error.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import type { WaitingEvents } from '../../storage/waiting-events.js';
import { checkWritable, isMissing, spoolError } from './durable-folder.js';
import { OwnedFiles, type SpoolBacklog, type WaitingSegment } from './owned-files.js';
import { ReplayPace, type MoveEvents } from './segment-replay.js';
import { asSpooled, encodeEntry } from './spool-entry.js';
import { SpoolErasure } from './spool-erasure.js';
import type { SpoolReporter } from './spool-reporter.js';
import { SPOOL_TIMES, type SpoolOptions, type SpoolTimes } from './spool.options.js';

/** A folder that is taken away this often in a row is somebody else's for good. */
const MAX_FOLDERS_PER_APPEND = 3;

/**
 * Events that wait on the local disk until the store takes them. Durable: what was appended survives a kill and a
 * power cut. Bounded: by `maxBytes`. In order: what came first is moved first. Shared: each process has a folder of
 * its own in the directory, and what a dead one left is taken over by the next.
 */
export class Spool {
  /** What waits here, for the erasure of persons. */
  readonly waiting: WaitingEvents;
  private readonly files: OwnedFiles;
  /** Appends that were called and have not ended. */
  private appending = 0;
  private closed = false;
  private tail: Promise<unknown> = Promise.resolve();
  private replaying: Promise<boolean> | undefined;
  /** While it lasts nothing is on its way to the store. */
  private pausing: Promise<void> | undefined;
  private looking: Promise<void> | undefined;
  private closing: Promise<void> | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private tellTakenOver: () => void = () => undefined;

  constructor(
    readonly options: SpoolOptions,
    private readonly report: SpoolReporter,
    private readonly times: SpoolTimes = SPOOL_TIMES,
  ) {
    this.files = new OwnedFiles(options, report);
    this.waiting = new SpoolErasure({
      directory: options.directory,
      files: this.files,
      look: () => (this.closed ? Promise.reject(new ClosedError()) : this.look()),
      inTurn: (work) => this.inTurn(work),
      alone: (work) => this.alone(work),
    });
  }

  /** True when nothing waits and nothing is on its way into the spool. */
  get isEmpty(): boolean {
    return this.appending === 0 && this.files.isEmpty;
  }

  /**
   * Takes over what dead processes left, now and from time to time. Makes no folder as long as there is nothing to keep.
   *
   * @throws SpoolUnusableError when a folder could not be made
   */
  async open(): Promise<void> {
    await checkWritable(this.options.directory);
    await this.look().catch((error: unknown) => {
      throw spoolError(this.options.directory, error);
    });
    this.every(this.times.heartbeatMs, () => this.beat(), 'The heartbeat of the audit spool failed');
    this.every(this.times.lookEveryMs, () => this.look(), 'What a dead process left in the audit spool is not moved');
  }

  /** Tells, from now on, when events of another process came in, which are to be replayed. */
  whenTakenOver(tell: () => void): void {
    this.tellTakenOver = tell;
  }

  /**
   * Keeps events; resolves when they are on the disk.
   *
   * @throws SpoolFullError when the bound is reached or the disk is full; SpoolUnusableError when the folder cannot be
   * written; none of the events is kept then
   */
  async append(chain: ChainId, events: readonly AppendableEvent[]): Promise<void> {
    if (this.closed) {
      throw new ClosedError();
    }
    if (events.length === 0) {
      return;
    }
    this.appending++;
    try {
      await this.inTurn(() => this.write(chain, events));
    } finally {
      this.appending--;
    }
  }

  backlog(): SpoolBacklog {
    return this.files.backlog();
  }

  /**
   * Moves what waits to the store, oldest first. What the store refuses is kept apart.
   *
   * @param move may be given events that it stored before; its error ends the replay and is passed on
   * @returns true when nothing is left
   */
  replay(move: MoveEvents): Promise<boolean> {
    this.replaying ??= this.replayAll(move).finally(() => {
      this.replaying = undefined;
    });
    return this.replaying;
  }

  /** Keeps a text for the next owner of what this spool leaves; `undefined` removes it. */
  async keepLosses(text: string | undefined): Promise<void> {
    await this.inTurn(async () => {
      if (text !== undefined || this.files.folder !== undefined) {
        await (await this.files.ownFolder()).keepLosses(text);
      }
    });
  }

  /** Ends; what still waits is taken over by the next process that opens a spool here. */
  close(): Promise<void> {
    this.closed = true;
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await this.looking?.catch(() => undefined);
    await this.inTurn(async () => {
      await this.files.roll();
      await this.files.folder?.release();
    });
  }

  private async write(chain: ChainId, events: readonly AppendableEvent[]): Promise<void> {
    const spooled = events.map(asSpooled);
    const lines = Buffer.concat(spooled.map(({ event }) => encodeEntry({ chain, event })));
    const { bytes } = this.files.backlog();
    const { maxBytes, directory } = this.options;
    if (bytes + lines.length > maxBytes) {
      throw new SpoolFullError(`${bytes} bytes wait, and ${lines.length} more exceed spool.maxBytes = ${maxBytes}`);
    }
    try {
      for (let folders = 0; folders < MAX_FOLDERS_PER_APPEND; folders++) {
        if (await this.files.write(lines, spooled.length, spooled[0]?.recordedAt)) {
          return;
        }
      }
    } catch (error) {
      throw spoolError(directory, error);
    }
    throw new SpoolUnusableError(directory, 'is taken away again and again while this process writes to it');
  }

  private async replayAll(move: MoveEvents): Promise<boolean> {
    await this.pausing;
    const pace = new ReplayPace(this.options.replayBatchEvents);
    await this.replayClosed(move, pace);
    if (this.files.closed.length === 0 && !this.closed) {
      // Only now the file that is being written to: a store that is down must not cost a file at every attempt.
      await this.inTurn(() => this.files.roll());
      await this.replayClosed(move, pace);
    }
    return this.isEmpty;
  }

  private async replayClosed(move: MoveEvents, pace: ReplayPace): Promise<void> {
    for (const waiting of this.files.closed) {
      if (this.closed || this.pausing !== undefined) {
        break;
      }
      await this.replayFile(waiting, move, pace);
    }
  }

  private async replayFile(waiting: WaitingSegment, move: MoveEvents, pace: ReplayPace): Promise<void> {
    const { folder } = this.files;
    if (folder === undefined || !this.files.closed.includes(waiting)) {
      return;
    }
    const isOver = (): boolean => this.closed || this.pausing !== undefined || this.files.folder !== folder;
    try {
      const { damagedFile } = folder;
      const kept = await waiting.replay.run({ move, pace, report: this.report, damagedFile, isOver });
      if (kept !== undefined) {
        this.files.retire(waiting, kept);
      }
    } catch (error) {
      if (!isMissing(error) || (await isThere(waiting.segment.path))) {
        throw error;
      }
      if (await folder.isOurs()) {
        this.report.failed(`The spool file ${waiting.segment.path} was removed before its events were stored`, error);
        this.files.retire(waiting, { events: 0, bytes: 0 });
      } else {
        await this.inTurn(() => this.files.forget(folder));
      }
    }
  }

  private async beat(): Promise<void> {
    const { folder } = this.files;
    if (folder !== undefined && !(await folder.beat())) {
      await this.inTurn(() => this.files.forget(folder));
    }
  }

  private look(): Promise<void> {
    this.looking ??= this.takeOver().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async takeOver(): Promise<void> {
    const events = await this.inTurn(() => this.files.takeOver(this.times.adoptAfterMs));
    // Not in turn: accounting for a loss may want to keep it here, which takes a turn of its own.
    await this.files.folder?.accountForLosses((text) => this.report.lossesLeft(text));
    if (events > 0) {
      this.report.takenOver(events);
      this.tellTakenOver();
    }
  }

  /** Does it again and again without keeping the process alive; one at a time, however slow the disk is. */
  private every(periodMs: number, work: () => Promise<void>, failure: string): void {
    let isUnderWay = false;
    const timer = setInterval(() => {
      if (isUnderWay) {
        return;
      }
      isUnderWay = true;
      work()
        .catch((error: unknown) => this.report.failed(failure, error))
        .finally(() => {
          isUnderWay = false;
        });
    }, periodMs);
    timer.unref();
    this.timers.push(timer);
  }

  /** In turn, and while nothing is on its way to the store: a replay that is under way stops after its batch. */
  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.pausing;
    const result = (async () => {
      await before;
      await this.replaying?.catch(() => undefined);
      return this.inTurn(work);
    })();
    const pausing = result.then(nothing, nothing).then(() => {
      if (this.pausing === pausing) {
        this.pausing = undefined;
      }
    });
    this.pausing = pausing;
    return result;
  }

  /** One after another: appends keep their order, and nobody rolls a file that is being written. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

function nothing(): void {}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) {
      return false;
    }
    throw error;
  }
}
