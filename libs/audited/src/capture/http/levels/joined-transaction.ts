import type { AuditDraft } from '../../../event/audit-draft.js';
import type { TransactionalAction } from '../../../recording/context/audit-scope.js';

type TransactionOutcome = Parameters<TransactionalAction['ended']>[0];

/** How the event of an action stands to the application's transactions. `apart`: none took it. */
export type TransactionState = 'apart' | 'open' | TransactionOutcome;

/**
 * The level `transactional` of one request: knows whether its event went into a transaction, and how that ended. A
 * retried transaction takes the event anew, so there may be several.
 */
export class JoinedTransaction implements TransactionalAction {
  private openCount = 0;
  private readonly endedAs = new Set<TransactionOutcome>();
  private whenSettled: (() => void) | undefined;

  constructor(
    readonly eventId: string,
    private readonly draftNow: () => Promise<AuditDraft>,
  ) {}

  get state(): TransactionState {
    // What committed is there, whatever another transaction does; what may have committed may be there.
    if (this.endedAs.has('committed')) {
      return 'committed';
    }
    if (this.openCount > 0) {
      return 'open';
    }
    return this.endedAs.has('unknown') ? 'unknown' : this.endedAs.has('rolled-back') ? 'rolled-back' : 'apart';
  }

  draft(): Promise<AuditDraft> {
    return this.draftNow();
  }

  joined(): void {
    this.openCount += 1;
  }

  ended(outcome: TransactionOutcome): void {
    this.openCount -= 1;
    this.endedAs.add(outcome);
    if (this.state !== 'open') {
      this.whenSettled?.();
    }
  }

  /** Resolves when no transaction that took the event is open any more, or when the limit is reached. */
  async settled(limitMs: number): Promise<void> {
    if (this.state !== 'open') {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.whenSettled = resolve;
      timer = setTimeout(resolve, limitMs);
    });
    clearTimeout(timer);
  }
}
