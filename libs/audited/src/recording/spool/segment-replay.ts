import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChainId } from '../../event/audit-record.js';
import type { AppendableEvent } from '../../storage/audit-store.js';
import { isMissing, syncFolder, systemCode } from './durable-folder.js';
import { writeDurably } from './owner-folder.js';
import { readPieces, type SpoolPiece } from './spool-entry.js';
import type { SpoolReporter } from './spool-reporter.js';
import { segmentName, type Segment } from './spool-segment.js';

/** Stores events of one chain that may have been stored before. */
export type MoveEvents = (chain: ChainId, events: readonly AppendableEvent[]) => Promise<void>;

type EntryPiece = SpoolPiece & { readonly kind: 'entry' };
type FlawPiece = Exclude<SpoolPiece, EntryPiece>;

/** How fast a replay may go: one event first, because the store may hang and keeps what it was sent. */
export class ReplayPace {
  private events = 1;

  constructor(private readonly maxEvents: number) {}

  get batchEvents(): number {
    return this.events;
  }

  faster(): void {
    this.events = Math.min(this.maxEvents, this.events * 8);
  }
}

/** What the replay of a file needs besides the file. */
export interface ReplaySurroundings {
  readonly move: MoveEvents;
  readonly pace: ReplayPace;
  readonly report: SpoolReporter;
  /** Where unreadable bytes are kept. */
  readonly damagedFile: string;
  /** Once true, nothing more is moved or removed. */
  readonly isOver: () => boolean;
}

/** What stays in the spool after a file was replayed, until the next start. */
export interface KeptApart {
  readonly events: number;
  readonly bytes: number;
}

/** Not the file's fault, and over when others have let go. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** The store will never take these events as they are; told by code, which survives threads and copies of the package. */
const REFUSALS = new Set(['AUDIT_EVENT_REFUSED', 'AUDIT_CHAIN_INVALID']);

/** True when the store is well, but will not take these events as they are. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has(String((error as { readonly code?: unknown } | null | undefined)?.code));
}

/**
 * Moves the entries of one file to the store, in order, and removes the file when every entry is stored or kept apart.
 * After a failure it goes on where it stopped; after a kill it begins again, and the ids make it once.
 */
export class SegmentReplay {
  private movedTo = 0;
  private readonly refused: EntryPiece[] = [];
  private readonly flaws = new Map<number, FlawPiece>();

  /** @param moved told how many events of the file have been dealt with */
  constructor(
    private readonly segment: Segment,
    private readonly moved: (events: number) => void,
  ) {}

  /** @returns what was kept apart; `undefined` when it was told to stop before the end */
  async run(surroundings: ReplaySurroundings): Promise<KeptApart | undefined> {
    const bytes = await this.read(surroundings.report);
    if (bytes === undefined) {
      return { events: this.segment.events, bytes: this.segment.bytes };
    }
    let batch: EntryPiece[] = [];
    for (const piece of readPieces(bytes, this.movedTo)) {
      if (piece.kind !== 'entry') {
        this.flaws.set(piece.start, piece);
        continue;
      }
      const isOtherChain = batch.length > 0 && batch[0]?.entry.chain !== piece.entry.chain;
      if (isOtherChain || batch.length >= surroundings.pace.batchEvents) {
        await this.moveBatch(batch, surroundings);
        batch = [];
      }
      if (surroundings.isOver()) {
        return undefined;
      }
      batch.push(piece);
    }
    await this.moveBatch(batch, surroundings);
    return surroundings.isOver() ? undefined : this.retire(bytes, surroundings);
  }

  /** @returns `undefined` when the disk will not give the file back: it stays where it is, and what is behind it goes on */
  private async read(report: SpoolReporter): Promise<Buffer | undefined> {
    const { path } = this.segment;
    try {
      return await readFile(path);
    } catch (error) {
      if (isMissing(error) || SHORTAGES.has(systemCode(error) ?? '')) {
        throw error;
      }
      report.failed(`The spool file ${path} cannot be read; it is left there and tried again at the next start`, error);
      return undefined;
    }
  }

  private async moveBatch(batch: readonly EntryPiece[], { move, pace, report }: ReplaySurroundings): Promise<void> {
    const last = batch.at(-1);
    if (last === undefined) {
      return;
    }
    const refusals = await moveIsolating(move, batch);
    pace.faster();
    for (const { piece, error } of refusals) {
      this.refused.push(piece);
      report.refused(1, error);
    }
    this.movedTo = last.end + 1;
    this.segment.events -= batch.length;
    this.moved(batch.length);
  }

  private async retire(bytes: Buffer, { report, damagedFile }: ReplaySurroundings): Promise<KeptApart> {
    const { path, number } = this.segment;
    const aside = join(dirname(path), segmentName(number, 'refused'));
    const lines = linesOf(bytes, this.refused);
    try {
      await this.keepFlaws(bytes, damagedFile, report);
      if (lines.length > 0) {
        await writeDurably(aside, lines);
      }
      await rm(path, { force: true });
      await syncFolder(dirname(path));
      return { events: this.refused.length, bytes: lines.length };
    } catch (error) {
      if (isMissing(error)) {
        throw error;
      }
      // Not even a disk without room may stop the events behind this file. It is kept as a whole, under either name,
      // and read again at the next start; what is stored already will not be stored twice.
      report.failed(`The spool file ${path} is stored, but could not be cleared away`, error);
      await rename(path, aside).catch(() => undefined);
      return { events: this.refused.length, bytes: bytes.length };
    }
  }

  /**
   * What cannot be read is not ours to delete: the operator may still make sense of it. A kill between this and the end
   * of the file keeps and counts it once more: told twice is better than not at all.
   */
  private async keepFlaws(bytes: Buffer, damagedFile: string, report: SpoolReporter): Promise<void> {
    const flaws = [...this.flaws.values()];
    if (flaws.length === 0) {
      return;
    }
    const handle = await open(damagedFile, 'a', 0o600);
    try {
      await handle.appendFile(linesOf(bytes, flaws));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(damagedFile));
    const damaged = flaws.filter((flaw) => flaw.kind === 'damaged');
    if (damaged.length > 0) {
      const lost = damaged.reduce((sum, flaw) => sum + flaw.lost, 0);
      report.damaged(this.segment.path, sizeOf(damaged), lost, damagedFile);
    }
    const torn = flaws.filter(({ kind }) => kind === 'torn');
    if (torn.length > 0) {
      report.torn(this.segment.path, sizeOf(torn), damagedFile);
    }
  }
}

function linesOf(bytes: Buffer, pieces: readonly SpoolPiece[]): Buffer {
  return Buffer.concat(pieces.flatMap(({ start, end }) => [bytes.subarray(start, end), Buffer.from('\n')]));
}

function sizeOf(pieces: readonly FlawPiece[]): number {
  return pieces.reduce((sum, { start, end }) => sum + end - start, 0);
}

interface Refusal {
  readonly piece: EntryPiece;
  readonly error: unknown;
}

/** Halves a refused batch until what the store refuses stands alone; everything else is moved. */
async function moveIsolating(move: MoveEvents, batch: readonly EntryPiece[]): Promise<Refusal[]> {
  const [first] = batch;
  if (first === undefined) {
    return [];
  }
  try {
    await move(
      first.entry.chain,
      batch.map(({ entry }) => entry.event),
    );
    return [];
  } catch (error) {
    if (!isRefusal(error)) {
      throw error;
    }
    if (batch.length === 1) {
      return [{ piece: first, error }];
    }
  }
  const middle = batch.length >> 1;
  const before = await moveIsolating(move, batch.slice(0, middle));
  return [...before, ...(await moveIsolating(move, batch.slice(middle)))];
}
