import type { VerifyProgress } from '../../storage/audit-reader.js';

/** Often enough for a bar that moves, seldom enough to cost nothing. */
const INTERVAL_MS = 200;

/** Tells from time to time how many records were verified. What was told never gets less. */
export class VerificationProgress {
  private records = 0;
  private told = 0;
  private toldAt = 0;

  constructor(
    private readonly total: number,
    private readonly tell: ((progress: VerifyProgress) => void) | undefined,
  ) {}

  add(records: number): void {
    this.records += records;
    const now = performance.now();
    if (now - this.toldAt >= INTERVAL_MS && this.records > this.told) {
      this.toldAt = now;
      this.report();
    }
  }

  /** All is read once more; until that gets further than the first time, nothing new is told. */
  restart(): void {
    this.records = 0;
  }

  end(): void {
    this.records = Math.max(this.records, this.told);
    this.report();
  }

  private report(): void {
    const { records, total } = this;
    this.told = records;
    this.tell?.({ records, total: Math.max(total, records) });
  }
}
