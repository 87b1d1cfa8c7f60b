/** Where a failure of the audit trail itself happened. */
export type AuditFailureCause = 'store' | 'overload' | 'closed' | 'compose' | 'actor' | 'selector' | 'capture';

/** Where failures are told to the operator: Nest's `Logger` fits. */
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

  constructor(private readonly logger: FailureLogger) {}

  report(cause: AuditFailureCause, consequence: string, error: unknown): void {
    const count = (this.counts.get(cause) ?? 0) + 1;
    this.counts.set(cause, count);
    if (this.told.has(cause)) {
      return;
    }
    this.told.set(cause, count);
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.error(
      `${consequence}: ${reason} (told once; further failures of this kind are counted)`,
      error instanceof Error ? error.stack : undefined,
    );
  }

  recovered(cause: AuditFailureCause): void {
    const toldAt = this.told.get(cause);
    if (toldAt === undefined) {
      return;
    }
    this.told.delete(cause);
    const failed = (this.counts.get(cause) ?? 0) - toldAt + 1;
    this.logger.log(`The audit trail works again after ${failed} failure(s) of kind "${cause}"`);
  }

  /** How many failures there were since the start, by cause. Causes without failure are absent. */
  snapshot(): Readonly<Partial<Record<AuditFailureCause, number>>> {
    return Object.fromEntries(this.counts);
  }
}
