/** Time, as the engine sees it; tests of long outages put their own in its place. */
export interface DeliveryTimer {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only go forward. */
  elapsed(): number;
  /** Resolves after the time, or at once when the signal is aborted. Does not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets everything else have its turn. */
  breathe(): Promise<void>;
}

export const systemTimer: DeliveryTimer = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1));
      timer.unref();
      signal?.addEventListener('abort', end, { once: true });
    }),
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Wakes somebody who waits, also when it rings just before the waiting begins. */
export class Bell {
  private waiting: AbortController | undefined;
  private hasRung = false;

  constructor(private readonly timer: DeliveryTimer) {}

  ring(): void {
    this.hasRung = true;
    this.waiting?.abort();
  }

  /** Resolves when it rings, or after the time. */
  async wait(ms: number): Promise<void> {
    if (!this.hasRung) {
      this.waiting = new AbortController();
      await this.timer.sleep(ms, this.waiting.signal);
      this.waiting = undefined;
    }
    this.hasRung = false;
  }
}
