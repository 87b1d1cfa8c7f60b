/** Tells of appends; gives the way to stop listening. */
export type AppendListening = (listener: () => void) => () => void;

/** Wakes whoever follows the log: at once for appends of this process, after a while for those of others. */
export class AppendAlarm {
  private wake: (() => void) | undefined;
  private readonly stopListening: () => void;

  constructor(
    listen: AppendListening,
    private readonly pollMs: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.stopListening = listen(() => this.wake?.());
  }

  /** Resolves at the next append, after the poll time, or when the signal is aborted. Arm it before looking. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, this.pollMs);
      timer.unref();
      this.signal?.addEventListener('abort', wake, { once: true });
      this.wake = wake;
    });
  }

  close(): void {
    this.stopListening();
    this.wake?.();
  }
}
