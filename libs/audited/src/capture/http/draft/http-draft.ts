import type { AuditDraft } from '../../../event/audit-draft.js';
import type { AuditActor } from '../../../event/audit-event.js';
import type { AuditEventType } from '../../../catalogue/event-type.js';
import type { FailureLog } from '../../../recording/accounting/failure-log.js';
import type { HttpAction } from '../http-action.js';
import { answerError } from './answer-error.js';
import { addEnrichment, beginDraft, readFields, reportOption, withDetail, type MutableDraft } from './draft-fields.js';
import { httpOutcome, type HttpOutcome } from './http-outcome.js';

/** How an action ended on the wire. */
export interface HttpEnding {
  /** Final status; `undefined` when no answer was given. */
  readonly status: number | undefined;
  /** Last piece of the answer's body. */
  readonly body?: unknown;
  /** Why there was no complete answer. */
  readonly reason?: 'client_aborted' | 'response_failed';
  /** The event goes with a transaction that commits when it does: whatever was answered meanwhile is not its end. */
  readonly commits?: true;
}

/**
 * The draft of a finished request. A selector or option function that fails costs its own field, never
 * the event: the failure is counted and the rest is recorded.
 */
export function httpDraft(
  action: HttpAction,
  ending: HttpEnding,
  actor: AuditActor,
  now: number,
  failures: FailureLog,
): AuditDraft {
  const outcome = outcomeOf(action, ending);
  const draft = beginDraft(action, typeOf(action, outcome), outcome.outcome, actor, ending.status);
  draft.durationMs = now - action.startedAt;
  if (ending.reason !== undefined) {
    draft.reason = ending.reason;
  }
  const error = errorOf(action, ending);
  if (error !== undefined) {
    draft.error = error;
  }
  if (action.before !== undefined) {
    draft.before = action.before;
  }
  if (action.beforeError !== undefined) {
    reportOption(failures, action, 'before', action.beforeError);
  }
  readFields(draft, action, action.factsNow(ending.status), failures);
  addHandlerResult(draft, action, ending);
  addEnrichment(draft, action.enriched());
  if (action.causationId !== undefined) {
    draft.causationId = action.causationId;
  }
  return draft;
}

function outcomeOf(action: HttpAction, { status, reason, commits }: HttpEnding): HttpOutcome {
  if (commits === true) {
    return { outcome: 'success', ending: 'succeeded' };
  }
  if (reason !== undefined || status === undefined) {
    return { outcome: 'unknown', ending: undefined };
  }
  return httpOutcome(status, action.course());
}

function typeOf({ route: { policy } }: HttpAction, { ending }: HttpOutcome): AuditEventType {
  const own = ending === undefined ? undefined : policy.options.types?.[ending];
  return own ?? ((ending === 'rateLimited' ? 'audit.http.rate_limited' : policy.type) as AuditEventType);
}

/** What the handler did although nobody waited for the answer any more. */
function addHandlerResult(draft: MutableDraft, action: HttpAction, { reason }: HttpEnding): void {
  if (reason !== undefined) {
    draft.details = withDetail(draft.details, 'handler', action.progress.replace('-', '_'));
  }
}

function errorOf(action: HttpAction, { status, body, reason, commits }: HttpEnding): unknown {
  if (commits === true) {
    return undefined;
  }
  const thrown = action.thrownError();
  if (thrown !== undefined) {
    return thrown;
  }
  if (reason !== undefined || status === undefined) {
    return undefined;
  }
  return status >= 400 ? answerError(status, body) : action.filteredError();
}
