import type { AuditActor } from '../event/audit-event.js';
import type { AuditEnrichment } from '../event/audit-draft.js';

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
}
