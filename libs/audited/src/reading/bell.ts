/** Lets one wait for a time, or until somebody rings; also when that was before the waiting began. */
export class Bell {
  private hasRung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.hasRung = true;
    this.wake?.();
  }

  /** Does not keep the process alive. @returns whether it rang */
  async wait(ms: number): Promise<boolean> {
    if (!this.hasRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms).unref();
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    const { hasRung } = this;
    this.hasRung = false;
    return hasRung;
  }
}
