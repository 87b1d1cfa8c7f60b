import type { AuditEvent } from '../../../event/audit-event.js';
import { QueryInvalidError } from '../../../event/audit.error.js';
import type { Clock } from '../../../event/clock.js';
import type { DamagedLine, JournalRange, JournalReading, RecentEvents } from '../audit-journal.js';
import type { JournalFileName } from '../journal-file-name.js';
import type { JournalFolder } from '../journal-folder.js';
import { linesBackward, linesForward, openToRead } from './raw-lines.js';
import { readLine, type EventLine } from './read-line.js';
import { addDays, utcDayOf, type UtcDay } from '../utc-day.js';

const DEFAULT_RECENT = 100;
const MAX_RECENT = 10_000;

interface CheckedRange {
  readonly from?: string;
  readonly to?: string;
}

/** Reads the files of a journal, whichever process wrote them. Opens nothing before it is asked for something. */
export class JournalReader {
  /** @param damaged told of every damaged line, besides the callback of the reading */
  constructor(
    private readonly folder: JournalFolder,
    private readonly clock: Clock,
    private readonly damaged: (line: DamagedLine) => void,
  ) {}

  async recent(count: number = DEFAULT_RECENT, reading: RecentEvents = {}): Promise<readonly AuditEvent[]> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_RECENT) {
      throw new QueryInvalidError(
        'count',
        `must be a whole number from 1 to ${MAX_RECENT}, not ${String(count)}`,
        'Read more with exportSiem().',
      );
    }
    const events: AuditEvent[] = [];
    for (const files of daysNewestFirst(await this.folder.files())) {
      for await (const event of this.newestFirst(files, reading)) {
        events.push(event);
        if (events.length === count) {
          return events;
        }
      }
    }
    return events;
  }

  exportSiem(range: JournalRange = {}): AsyncIterable<string> {
    const from = checkTime('from', range.from);
    const to = checkTime('to', range.to);
    const checked = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    return this.readOut(checked, range);
  }

  private async *readOut(range: CheckedRange, reading: JournalReading): AsyncGenerator<string, void, void> {
    const firstDay = range.from?.slice(0, 10) ?? '';
    for (const file of await this.folder.files()) {
      // An event is written on the day on which it was recorded, or later.
      if (file.day >= firstDay) {
        yield* this.readOutFile(file, range, reading);
      }
    }
  }

  private async *readOutFile(
    file: JournalFileName,
    { from, to }: CheckedRange,
    reading: JournalReading,
  ): AsyncGenerator<string, void, void> {
    const handle = await openToRead(this.folder.pathOf(file.name));
    if (handle === undefined) {
      return;
    }
    let isFirst = true;
    try {
      for await (const lines of linesForward(handle, this.isLive(file))) {
        for (const raw of lines) {
          const line = this.readOrTell(file, raw, reading);
          if (line === undefined) {
            continue;
          }
          const { recordedAt } = line.event;
          if (isFirst && to !== undefined && isBeyond(file.day, to) && isBeyond(recordedAt, to)) {
            return;
          }
          isFirst = false;
          if ((from === undefined || recordedAt >= from) && (to === undefined || recordedAt < to)) {
            yield `${line.text}\n`;
          }
        }
      }
    } finally {
      await handle.close();
    }
  }

  /** The files of one day as one sequence: several processes wrote them at the same time. */
  private async *newestFirst(
    files: readonly JournalFileName[],
    reading: RecentEvents,
  ): AsyncGenerator<AuditEvent, void, void> {
    const heads: { event: AuditEvent; readonly cursor: AsyncGenerator<AuditEvent, void, void> }[] = [];
    for (const file of files) {
      const cursor = this.eventsBackward(file, reading);
      const first = await cursor.next();
      if (first.done !== true) {
        heads.push({ event: first.value, cursor });
      }
    }
    while (heads.length > 0) {
      const newest = heads.reduce((best, head) => (isNewer(head.event, best.event) ? head : best));
      yield newest.event;
      const next = await newest.cursor.next();
      if (next.done === true) {
        heads.splice(heads.indexOf(newest), 1);
      } else {
        newest.event = next.value;
      }
    }
  }

  private async *eventsBackward(file: JournalFileName, reading: RecentEvents): AsyncGenerator<AuditEvent, void, void> {
    for await (const raw of linesBackward(this.folder.pathOf(file.name), this.isLive(file))) {
      const line = this.readOrTell(file, raw, reading);
      if (line !== undefined && (reading.filter?.(line.event) ?? true)) {
        yield line.event;
      }
    }
  }

  private readOrTell(
    file: JournalFileName,
    raw: Parameters<typeof readLine>[1],
    reading: JournalReading,
  ): EventLine | undefined {
    const line = readLine(file.name, raw);
    if ('event' in line) {
      return line;
    }
    this.damaged(line);
    reading.onDamaged?.(line);
    return undefined;
  }

  /** A process may still be writing it, also one whose clock is behind or that did not see midnight yet. */
  private isLive({ day }: JournalFileName): boolean {
    return day >= addDays(utcDayOf(this.clock.now()), -1);
  }
}

function daysNewestFirst(files: readonly JournalFileName[]): readonly (readonly JournalFileName[])[] {
  const days = new Map<UtcDay, JournalFileName[]>();
  for (const file of files) {
    days.set(file.day, [...(days.get(file.day) ?? []), file]);
  }
  return [...days.values()].reverse();
}

/** Times are ISO texts of one length in UTC, and ids of one process sort by time. */
function isNewer(one: AuditEvent, other: AuditEvent): boolean {
  return one.recordedAt === other.recordedAt ? one.id > other.id : one.recordedAt > other.recordedAt;
}

/**
 * More than a day after the end of the range. Lines that waited for a broken disk stand in a file of a later day, but
 * at its beginning: a file of a later day that begins with a later event has nothing of the range. Less than a day
 * proves nothing, because a clock may have been set back.
 */
function isBeyond(time: string, to: string): boolean {
  return time.slice(0, 10) > addDays(to.slice(0, 10), 1);
}

function checkTime(parameter: string, time: Date | undefined): string | undefined {
  if (time === undefined) {
    return undefined;
  }
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) {
    throw new QueryInvalidError(parameter, 'must be a valid Date', 'Give a time with zone, e.g. 2026-11-21T00:00:00Z.');
  }
  return time.toISOString();
}
