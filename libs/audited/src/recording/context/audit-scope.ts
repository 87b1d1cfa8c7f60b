import type { AuditActor } from '../../event/audit-event.js';
import type { AuditDraft, AuditEnrichment } from '../../event/audit-draft.js';
import type { TransactionOutcome } from '../../storage/audit-inbox.js';

/**
 * What the running action knows about itself: who acts, and what links its events together. Carried
 * by AsyncLocalStorage to everything below, so that `audit.record({ ... })` deep in a service needs
 * no arguments about who or why.
 */
export interface AuditScope {
  /** Id of the event that this action will become; events recorded within name it as their cause. */
  readonly eventId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  /** Who acts, as far as it is known now; a promise when that has to be looked up. Never rejects. */
  actor(): AuditActor | Promise<AuditActor>;
  /** Adds facts to the event of this action. False when the action has no event of its own. */
  enrich(facts: AuditEnrichment): boolean;
  /** The action's own event, where its level lets it be written through a transaction of the application. */
  readonly transactional?: TransactionalAction;
}

/** An action whose own event may be written through the application's transaction. */
export interface TransactionalAction {
  /** Id of the event; the one the client is told. */
  readonly eventId: string;
  /** The event's draft, as if the action ended well now. */
  draft(): Promise<AuditDraft>;
  /**
   * The event goes into an open transaction, now.
   *
   * @returns false when it must not: the action is on record without one already, under this very id
   */
  join(): boolean;
  /** What became of the event in a transaction that it joined. `not-written`: that could not take it. */
  ended(outcome: TransactionOutcome | 'not-written'): void;
}
