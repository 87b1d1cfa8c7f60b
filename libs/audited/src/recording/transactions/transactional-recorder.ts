import type { AuditDraft } from '../../event/audit-draft.js';
import { MAIN_CHAIN } from '../../event/audit-record.js';
import { ActionMissingError } from '../../event/transaction.error.js';
import type { AuditInbox, TransactionOutcome } from '../../storage/audit-inbox.js';
import type { AuditScope, TransactionalAction } from '../context/audit-scope.js';
import type { EventComposer } from '../composing/event-composer.js';
import type { FailureLog } from '../accounting/failure-log.js';
import type { Sequencer } from './sequencer.js';

/** What became of an event that was written within a transaction: it will exist if and only if that commits. */
export interface TransactionalReceipt {
  readonly id: string;
  readonly status: 'in-transaction';
}

/** Whatever runs work within a transaction the way TypeORM's `DataSource` and `EntityManager` do. */
export interface TransactionSource {
  readonly transaction: (...parts: never[]) => Promise<unknown>;
}

/** What `transaction()` hands to the work: a DataSource's manager, or another EntityManager. */
export type ManagerOf<Source> = Source extends { readonly manager: infer Manager } ? Manager : Source;

/** What a transactional recorder is made of. */
export interface TransactionalRecorderParts {
  readonly inbox: AuditInbox;
  readonly composer: Pick<EventComposer, 'compose' | 'newId'>;
  readonly sequencer: Pick<Sequencer, 'wake'>;
  readonly failures: Pick<FailureLog, 'report'>;
  /** The running action, if any. */
  readonly running: () => AuditScope | undefined;
  /** Adds what the running action knows to a draft of the application's. */
  readonly inContext: (draft: AuditDraft) => Promise<AuditDraft>;
}

/** Where an action's own event was written. */
interface OwnEvent {
  /** The action's, unless the action was on record without a transaction before one took the event. */
  id: string;
  /** By open transaction. */
  readonly written: Map<unknown, Promise<TransactionalReceipt>>;
  isCommitted: boolean;
}

/**
 * Writes events through transactions of the application. Unlike every other way to record, this one rejects: an event
 * that cannot be written must keep the business change from being committed.
 */
export class TransactionalRecorder {
  private readonly ownEvents = new WeakMap<TransactionalAction, OwnEvent>();

  constructor(private readonly parts: TransactionalRecorderParts) {}

  /**
   * @param transaction the `EntityManager` of an open transaction
   * @param draft without one, the running action's own event is written, as if the action ended well now
   * @throws TransactionMissingError, InboxMissingError, ActionMissingError, or what the database says
   */
  async recordIn(transaction: unknown, draft?: AuditDraft): Promise<TransactionalReceipt> {
    if (draft !== undefined) {
      return this.write(transaction, await this.parts.inContext(draft), this.parts.composer.newId());
    }
    const action = this.parts.running()?.transactional;
    if (action === undefined) {
      throw new ActionMissingError();
    }
    return this.writeOwn(transaction, action);
  }

  /**
   * Runs work within a transaction and writes the running action's own event before the commit, where the action is
   * transactional and the work has not written it already. Returns what the work returned.
   */
  async transaction<Source extends TransactionSource, Result>(
    source: Source,
    work: (manager: ManagerOf<Source>) => Promise<Result>,
  ): Promise<Result> {
    const transactions = source as unknown as {
      transaction(within: (manager: ManagerOf<Source>) => Promise<Result>): Promise<Result>;
    };
    return transactions.transaction(async (manager) => {
      const result = await work(manager);
      const action = this.parts.running()?.transactional;
      if (action !== undefined) {
        await this.writeOwn(manager, action);
      }
      return result;
    });
  }

  /** Writes once for each transaction that may still make the event exist. */
  private writeOwn(transaction: unknown, action: TransactionalAction): Promise<TransactionalReceipt> {
    const own = this.ownEvents.get(action) ?? { id: action.eventId, written: new Map(), isCommitted: false };
    this.ownEvents.set(action, own);
    if (own.isCommitted) {
      return Promise.resolve({ id: own.id, status: 'in-transaction' });
    }
    const earlier = own.written.get(transaction);
    if (earlier !== undefined) {
      return earlier;
    }
    const receipt = this.join(transaction, action, own);
    own.written.set(transaction, receipt);
    return receipt;
  }

  private async join(transaction: unknown, action: TransactionalAction, own: OwnEvent): Promise<TransactionalReceipt> {
    let hasJoined = false;
    let hasEnded = false;
    const ended = (outcome: TransactionOutcome | 'not-written'): void => {
      if (hasEnded) {
        return;
      }
      hasEnded = true;
      own.written.delete(transaction);
      own.isCommitted ||= outcome === 'committed';
      if (hasJoined) {
        action.ended(outcome);
      }
    };
    try {
      const draft = await action.draft();
      // In one step with the write: nobody can record the action in between without knowing that it is on its way.
      hasJoined = action.join();
      if (!hasJoined && own.id === action.eventId) {
        own.id = this.parts.composer.newId();
      }
      const linked = hasJoined ? draft : { ...draft, causationId: action.eventId };
      return await this.write(transaction, linked, own.id, ended);
    } catch (error) {
      // A statement that was given up for its time may still have written.
      this.tell(isGivenUp(error) ? 'unknown' : 'not-written', ended);
      throw error;
    }
  }

  private async write(
    transaction: unknown,
    draft: AuditDraft,
    id: string,
    ended?: (outcome: TransactionOutcome) => void,
  ): Promise<TransactionalReceipt> {
    const { body, personal, salt } = this.parts.composer.compose(draft, id);
    const event = personal === undefined || salt === undefined ? { body } : { body, personal, salt };
    await this.parts.inbox.write(transaction, [{ chain: MAIN_CHAIN, event }], (outcome) => {
      if (outcome !== 'rolled-back') {
        this.parts.sequencer.wake();
      }
      this.tell(outcome, ended);
    });
    return { id, status: 'in-transaction' };
  }

  private tell<Outcome>(outcome: Outcome, ended: ((outcome: Outcome) => void) | undefined): void {
    try {
      ended?.(outcome);
    } catch (error) {
      this.parts.failures.report('capture', 'The end of a transaction could not be told to its action', error);
    }
  }
}

/** By the code: an inbox of the application's own may throw the errors of a second copy of this package. */
function isGivenUp(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'AUDIT_INBOX_UNAVAILABLE';
}
