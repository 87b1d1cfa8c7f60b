/**
 * Waits for work of many steps that may take as long as it likes, but may not stand still. Steps that have a limit of
 * their own are not counted: see `pause`.
 */
export class StallLimit {
  private timer: NodeJS.Timeout | undefined;
  private giveUp: (() => void) | undefined;

  constructor(
    private readonly limitMs: number,
    private readonly tooLate: () => Error,
  ) {}

  /** Like the work, which goes on; rejects when that has stood still for too long. One at a time. */
  async waitFor<Result>(work: Promise<Result>): Promise<Result> {
    const stalled = new Promise<never>((_resolve, reject) => {
      this.giveUp = () => reject(this.tooLate());
    });
    this.resume();
    try {
      return await Promise.race([work, stalled]);
    } finally {
      this.giveUp = undefined;
      this.pause();
    }
  }

  /** A step begins that ends in time by itself. */
  pause(): void {
    clearTimeout(this.timer);
  }

  /** It has ended. */
  resume(): void {
    clearTimeout(this.timer);
    if (this.giveUp !== undefined) {
      this.timer = setTimeout(this.giveUp, this.limitMs);
      this.timer.unref();
    }
  }
}
