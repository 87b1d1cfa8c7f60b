import type { AuditDraft } from '../../../event/audit-draft.js';
import type { TransactionalAction } from '../../../recording/context/audit-scope.js';

type Ended = Parameters<TransactionalAction['ended']>[0];
type TransactionOutcome = Exclude<Ended, 'not-written'>;

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
  private hasAnswer = false;
  private isRecordedApart = false;

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

  /** Whether the request's answer is decided, which says nothing of a transaction that begins after it. */
  get isAnswered(): boolean {
    return this.hasAnswer;
  }

  draft(): Promise<AuditDraft> {
    return this.draftNow();
  }

  join(): boolean {
    if (this.isRecordedApart) {
      return false;
    }
    this.openCount += 1;
    return true;
  }

  ended(outcome: Ended): void {
    this.openCount -= 1;
    if (outcome !== 'not-written') {
      this.endedAs.add(outcome);
    }
    if (this.state !== 'open') {
      this.whenSettled?.();
    }
  }

  /** The request's answer is decided, or will never be. */
  answered(): void {
    this.hasAnswer = true;
  }

  /**
   * Waits as {@link settled} does, and answers with the state that the record of the request is made from. Where that
   * record takes the event's id, no transaction can carry the event any more: theirs would be taken for the same one.
   */
  async concluded(limitMs: number): Promise<TransactionState> {
    await this.settled(limitMs);
    const { state } = this;
    this.isRecordedApart = state === 'apart' || state === 'rolled-back';
    return state;
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
