import { open, readFile, type FileHandle } from 'node:fs/promises';
import type { AuditEvent } from '../../event/audit-event.js';
import { readPieces, type SpoolPiece } from './spool-entry.js';

const SEGMENT_NAME = /^(\d{12})\.(spool|refused)$/;

/** A file of the spool, as this process knows it. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  /** Bytes of whole entries. */
  bytes: number;
  /** Events in it that were not moved yet. */
  events: number;
  /** When the oldest of them was recorded. */
  oldestAt: string | undefined;
}

/** `000000000001.spool`: files sort as they were written. `refused` holds what the store would not take. */
export function segmentName(number: number, kind: 'spool' | 'refused' = 'spool'): string {
  return `${String(number).padStart(12, '0')}.${kind}`;
}

/** Number and kind of a spool file; `undefined` for other names. */
export function parseSegmentName(
  name: string,
): { readonly number: number; readonly kind: 'spool' | 'refused' } | undefined {
  const [, number, kind] = SEGMENT_NAME.exec(name) ?? [];
  return kind === 'spool' || kind === 'refused' ? { number: Number(number), kind } : undefined;
}

/** What a file that another process wrote holds, as its lines tell; they are checked when they are replayed. */
export async function surveySegment(number: number, path: string): Promise<Segment> {
  const bytes = await readFile(path);
  let events = 0;
  for (let newline = bytes.indexOf('\n'); newline !== -1; newline = bytes.indexOf('\n', newline + 1)) {
    events++;
  }
  const [first] = readPieces(bytes);
  return { number, path, bytes: bytes.length, events, oldestAt: first === undefined ? undefined : recordedAt(first) };
}

function recordedAt(piece: SpoolPiece): string | undefined {
  return piece.kind === 'entry' ? (JSON.parse(piece.entry.event.body) as AuditEvent).recordedAt : undefined;
}

/** The file that entries are being written to. After a failure it is cut back and takes no more. */
export class OpenSegment {
  private isBroken = false;

  private constructor(
    readonly segment: Segment,
    private readonly handle: FileHandle,
  ) {}

  static async create(number: number, path: string): Promise<OpenSegment> {
    const handle = await open(path, 'ax', 0o600);
    return new OpenSegment({ number, path, bytes: 0, events: 0, oldestAt: undefined }, handle);
  }

  /** True when the next entries belong into another file. */
  isOver(maxSegmentBytes: number): boolean {
    return this.isBroken || this.segment.bytes >= maxSegmentBytes;
  }

  /** Resolves when the lines are on the disk. When it rejects, none of them is in the file, as far as the disk obeys. */
  async append(lines: Buffer, events: number, oldestAt: string | undefined): Promise<void> {
    try {
      await this.handle.appendFile(lines);
      await this.handle.datasync();
    } catch (error) {
      // A half-written line would swallow the next one. And after a flush that failed, nobody knows what the
      // system still holds of this file, so it gets no further entries.
      this.isBroken = true;
      await this.handle.truncate(this.segment.bytes).catch(() => undefined);
      throw error;
    }
    this.segment.bytes += lines.length;
    this.segment.events += events;
    this.segment.oldestAt ??= oldestAt;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
