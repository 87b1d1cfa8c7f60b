/** So many reads at once; the connections that are left are for writing. */
export class ReadSlots {
  private readonly waiting: (() => void)[] = [];

  constructor(
    private free: number,
    private readonly waitMs: number,
  ) {}

  /** Does the work when a slot is free; rejects when none becomes free in time. */
  async use<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.take();
    try {
      return await work();
    } finally {
      this.free++;
      this.waiting.shift()?.();
    }
  }

  private take(): Promise<void> {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        clearTimeout(timer);
        this.free--;
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(proceed), 1);
        reject(new Error(`other reads took all connections for ${this.waitMs} ms; raise "poolSize"`));
      }, this.waitMs);
      this.waiting.push(proceed);
    });
  }
}
