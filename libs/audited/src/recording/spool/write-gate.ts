/** Lets writes wait, for a bounded time, and go on in the order they came. */
export class WriteGate {
  /** What lets each of them go; `undefined` while the gate is open. */
  private waiting: (() => void)[] | undefined;
  private limit: NodeJS.Timeout | undefined;

  get isClosed(): boolean {
    return this.waiting !== undefined;
  }

  /** Resolves like the write, which begins when the gate opens. */
  wait<Result>(write: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const go = (): void => void write().then(resolve, reject);
      if (this.waiting === undefined) {
        go();
      } else {
        this.waiting.push(go);
      }
    });
  }

  /** Closes it; it opens by itself after the time. */
  close(limitMs: number): void {
    if (this.waiting === undefined) {
      this.waiting = [];
      this.limit = setTimeout(() => this.open(), limitMs);
    }
  }

  /** All that wait go at once, before anything that comes later. */
  open(): void {
    const { waiting } = this;
    clearTimeout(this.limit);
    this.waiting = undefined;
    waiting?.forEach((go) => go());
  }
}
