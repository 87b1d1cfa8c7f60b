/** Events that were not kept, and not yet said so in the log itself. */
export interface LossReport {
  readonly events: number;
  readonly causes: Readonly<Record<string, number>>;
  /** When the first of them was lost. */
  readonly from: string;
  /** When the last of them was lost. */
  readonly to: string;
}

/** One entry of the books, to take back if its events arrive after all. */
export interface CountedLoss {
  readonly cause: string;
  readonly count: number;
  readonly number: number;
}

/** Keeps the text until a later process asks for it. Rejects when it cannot. */
export type LossKeeper = (text: string | undefined) => Promise<void>;

/**
 * Counts what was lost, until the log itself says so (`audit.loss`). Where there is a place to keep them, the counts
 * survive the process; that is best effort, because the usual cause of a loss is a disk without room.
 */
export class LossLedger {
  private readonly counts = new Map<string, number>();
  private fromMs = Infinity;
  private toMs = -Infinity;
  private keeper: LossKeeper | undefined;
  private keeping: Promise<void> | undefined;
  private keepAgain = false;
  private lastNumber = 0;
  /** Up to this entry everything is said in the log, and nothing can be taken back. */
  private settledNumber = 0;
  /** For each report the last entry in it, and how many had been taken back by then. */
  private readonly reported = new WeakMap<LossReport, { readonly number: number; readonly takenBack: number }>();
  /** Taken back since the last report was settled; one that is being sealed may still say them. */
  private takenBack: CountedLoss[] = [];
  private takenBackBefore = 0;
  /** What the keeper holds at the moment. */
  private lastKept: LossReport | undefined;

  /** Counts `count` lost events; zero and less count nothing. */
  add(cause: string, count: number, atMs: number): CountedLoss {
    if (count > 0) {
      this.note(cause, count, atMs, atMs);
      this.keep();
    }
    return { cause, count, number: ++this.lastNumber };
  }

  /** Events counted as lost arrived after all. What the log already says stays said. */
  takeBack(loss: CountedLoss): void {
    if (loss.number > this.settledNumber) {
      this.takenBack.push(loss);
      this.subtract(loss.cause, loss.count);
      this.keep();
    }
  }

  /** What is to be said in the log; `undefined` when there is nothing. */
  pending(): LossReport | undefined {
    const causes = Object.fromEntries(this.counts);
    const events = Object.values(causes).reduce((sum, count) => sum + count, 0);
    if (events === 0) {
      return undefined;
    }
    const report = { events, causes, from: isoTime(this.fromMs), to: isoTime(this.toMs) };
    this.reported.set(report, {
      number: this.lastNumber,
      takenBack: this.takenBackBefore + this.takenBack.length,
    });
    return report;
  }

  /** The report is sealed; what was lost since then stays pending. */
  settle(report: LossReport): void {
    const { number, takenBack } = this.reported.get(report) ?? { number: this.settledNumber, takenBack: Infinity };
    const stillCounted = new Map(Object.entries(report.causes));
    // What arrived while the report was on its way is off the books already.
    for (const loss of this.takenBack.slice(Math.max(0, takenBack - this.takenBackBefore))) {
      if (loss.number <= number) {
        stillCounted.set(loss.cause, (stillCounted.get(loss.cause) ?? 0) - loss.count);
      }
    }
    this.settledNumber = number;
    this.takenBackBefore += this.takenBack.length;
    this.takenBack = [];
    stillCounted.forEach((count, cause) => this.subtract(cause, count));
    if (this.counts.size > 0) {
      this.fromMs = Math.max(this.fromMs, Date.parse(report.to));
    }
    this.keep();
  }

  /** Adds what an earlier process had kept. A text that is none is ignored: there is nothing to count in it. */
  restore(text: string): void {
    const report = reportOf(text);
    for (const [cause, count] of Object.entries(report?.causes ?? {})) {
      if (Number.isSafeInteger(count) && count > 0) {
        this.note(cause, count, Date.parse(report?.from ?? ''), Date.parse(report?.to ?? ''));
      }
    }
    this.keep();
  }

  /** What was kept is another process's now, which will say it in the log; here it is counted no more. */
  handedOver(): void {
    for (const [cause, count] of Object.entries(this.lastKept?.causes ?? {})) {
      this.subtract(cause, count);
    }
    this.lastKept = undefined;
  }

  /** From now on the counts are kept there. */
  keepIn(keeper: LossKeeper): void {
    this.keeper = keeper;
    if (this.counts.size > 0) {
      this.keep();
    }
  }

  /** Resolves when nothing is being kept any more. */
  async kept(): Promise<void> {
    await this.keeping;
  }

  private note(cause: string, count: number, fromMs: number, toMs: number): void {
    this.counts.set(cause, (this.counts.get(cause) ?? 0) + count);
    this.fromMs = Math.min(this.fromMs, Number.isNaN(fromMs) ? Infinity : fromMs);
    this.toMs = Math.max(this.toMs, Number.isNaN(toMs) ? -Infinity : toMs);
  }

  private subtract(cause: string, count: number): void {
    const left = (this.counts.get(cause) ?? 0) - count;
    if (left > 0) {
      this.counts.set(cause, left);
      return;
    }
    this.counts.delete(cause);
    if (this.counts.size === 0) {
      this.fromMs = Infinity;
      this.toMs = -Infinity;
    }
  }

  /** One write at a time, however many losses there are; the last word is kept. */
  private keep(): void {
    if (this.keeper === undefined) {
      return;
    }
    if (this.keeping !== undefined) {
      this.keepAgain = true;
      return;
    }
    this.keeping = this.keepNow(this.keeper).finally(() => {
      this.keeping = undefined;
    });
  }

  private async keepNow(keeper: LossKeeper): Promise<void> {
    do {
      this.keepAgain = false;
      const report = this.pending();
      // Best effort: the counts are in memory, and the failure that caused the loss was told already.
      await keeper(report === undefined ? undefined : JSON.stringify(report)).then(
        () => {
          this.lastKept = report;
        },
        () => undefined,
      );
    } while (this.keepAgain);
  }
}

function isoTime(timeMs: number): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : new Date(0).toISOString();
}

function reportOf(text: string): Partial<LossReport> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Cut off by the kill that made the restart necessary.
    return undefined;
  }
}
