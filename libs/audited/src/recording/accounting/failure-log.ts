/** Where a failure of the audit trail itself happened. */
export type AuditFailureCause =
  | 'store'
  | 'spool'
  | 'refused'
  | 'inbox'
  | 'journal'
  | 'checkpoint'
  | 'delivery'
  | 'index'
  | 'overload'
  | 'closed'
  | 'shutdown'
  | 'compose'
  | 'actor'
  | 'selector'
  | 'capture'
  | 'logger';

/** Where failures are told to the operator: Nest's `Logger` fits. It may throw. */
export interface FailureLogger {
  error(message: string, stack?: string): void;
  log(message: string): void;
}

/**
 * Counts every failure of the audit trail by cause, and tells the operator once per cause, not once
 * per request: a broken store under load must not flood the log as well. After a recovery the next
 * failure is told again.
 */
export class FailureLog {
  private readonly counts = new Map<AuditFailureCause, number>();
  private readonly told = new Map<AuditFailureCause, number>();

  /** @param oneLine makes a text safe for a log line: no secrets, no control characters, bounded */
  constructor(
    private readonly logger: FailureLogger,
    private readonly oneLine: (text: string) => string,
  ) {}

  report(cause: AuditFailureCause, consequence: string, error: unknown): void {
    const count = (this.counts.get(cause) ?? 0) + 1;
    this.counts.set(cause, count);
    if (!this.told.has(cause)) {
      this.tell(cause, count, consequence, error);
    }
  }

  /** Like `report`, but told even if the operator was told of this cause before: it is another failure. */
  reportAnother(cause: AuditFailureCause, consequence: string, error: unknown): void {
    const count = (this.counts.get(cause) ?? 0) + 1;
    this.counts.set(cause, count);
    this.tell(cause, this.told.get(cause) ?? count, consequence, error);
  }

  recovered(cause: AuditFailureCause): void {
    const toldAt = this.told.get(cause);
    if (toldAt === undefined) {
      return;
    }
    this.told.delete(cause);
    const failed = (this.counts.get(cause) ?? 0) - toldAt + 1;
    this.guarded(() => this.logger.log(`The audit trail works again after ${failed} failure(s) of kind "${cause}"`));
  }

  /**
   * Calls the application's logger, which is not to take the audit trail along when it fails. That it did is counted.
   *
   * @returns whether it worked
   */
  guarded(call: () => void): boolean {
    try {
      call();
      return true;
    } catch {
      // There is nobody else to tell; the operator sees the count.
      this.counts.set('logger', (this.counts.get('logger') ?? 0) + 1);
      return false;
    }
  }

  /** How many failures there were since the start, by cause. Causes without failure are absent. */
  snapshot(): Readonly<Partial<Record<AuditFailureCause, number>>> {
    return Object.fromEntries(this.counts);
  }

  private tell(cause: AuditFailureCause, firstCount: number, consequence: string, error: unknown): void {
    const isTold = this.guarded(() => {
      const { message, frames } = readError(error);
      this.logger.error(
        `${consequence}: ${this.oneLine(message)} (told once; further failures of this kind are counted)`,
        frames,
      );
    });
    if (isTold) {
      this.told.set(cause, firstCount);
    }
  }
}

/**
 * Message and stack frames of whatever was thrown. The stack's first lines repeat the message, which may hold what a
 * client sent; only the frames are passed on as they are.
 */
function readError(error: unknown): { readonly message: string; readonly frames?: string } {
  try {
    if (!(error instanceof Error)) {
      return { message: String(error) };
    }
    const frames = String(error.stack)
      .split('\n')
      .filter((line) => /^\s+at /.test(line));
    return { message: String(error.message), ...(frames.length === 0 ? {} : { frames: frames.join('\n') }) };
  } catch {
    // An error that cannot even be read: that there was one is what is told.
    return { message: 'an unreadable error' };
  }
}
