import type { DamagedLine } from './audit-journal.js';

/** Kinds of problems; each is told once. */
export type JournalProblem = 'disk' | 'file' | 'queue' | 'line' | 'closed' | 'retention' | 'damaged';

/** Places that are remembered, so that reading the same damage twice does not count it twice. */
const MAX_PLACES = 10_000;
/** What ends when the disk works again. */
const OF_THE_DISK: readonly JournalProblem[] = ['disk', 'file', 'queue'];

/** Counts what went wrong, and tells of each kind of problem once until the journal works again. */
export class JournalTroubles {
  private readonly told = new Set<JournalProblem>();
  private readonly damagedPlaces = new Set<string>();
  private lost = 0;
  private lostBefore = 0;

  constructor(
    private readonly directory: string,
    private readonly parts: {
      readonly report: (problem: string, error: unknown) => void;
      readonly note: (message: string) => void;
      readonly recovered?: (() => void) | undefined;
    },
  ) {}

  get dropped(): number {
    return this.lost;
  }

  get damagedLines(): number {
    return this.damagedPlaces.size;
  }

  /** @param cause what was thrown, or in words what it comes from */
  tell(kind: JournalProblem, problem: string, cause: unknown): void {
    if (!this.told.has(kind)) {
      this.told.add(kind);
      const error = typeof cause === 'string' ? new Error(cause) : cause;
      this.parts.report(`The audit journal ${this.directory}: ${problem}`, error);
    }
  }

  note(message: string): void {
    this.parts.note(`The audit journal ${this.directory}: ${message}`);
  }

  drop(count: number, kind: JournalProblem, problem: string, cause: unknown): void {
    this.lost += count;
    this.tell(kind, problem, cause);
  }

  damaged(line: DamagedLine): void {
    if (this.damagedPlaces.size < MAX_PLACES) {
      this.damagedPlaces.add(`${line.file}:${line.offsetBytes}`);
    }
    this.tell('damaged', 'a line is damaged', `${line.problem} at byte ${line.offsetBytes} of ${line.file}`);
  }

  /** Everything that waited is written: says so if it could not be before. */
  recovered(): void {
    const wasBroken = OF_THE_DISK.filter((kind) => this.told.delete(kind)).length > 0;
    if (wasBroken) {
      this.parts.recovered?.();
      this.note(`lines are written again; ${this.lost - this.lostBefore} event(s) were dropped`);
    }
    this.lostBefore = this.lost;
  }
}
