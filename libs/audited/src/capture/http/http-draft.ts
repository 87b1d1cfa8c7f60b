import type { AuditDraft, AuditEnrichment } from '../../event/audit-draft.js';
import type { AuditActor, HttpTransport } from '../../event/audit-event.js';
import type { AuditEventType } from '../../catalogue/event-type.js';
import type { FailureLog } from '../../recording/failure-log.js';
import { answerError } from './answer-error.js';
import type { AuditFacts } from '../audited.options.js';
import type { HttpAction } from './http-action.js';
import { httpOutcome, type HttpOutcome } from './http-outcome.js';
import { isThenable } from './thenable.js';

/** How an action ended on the wire. */
export interface HttpEnding {
  /** Final status; `undefined` when no answer was given. */
  readonly status: number | undefined;
  /** Last piece of the answer's body. */
  readonly body?: unknown;
  /** Why there was no complete answer. */
  readonly reason?: 'client_aborted' | 'response_failed';
}

/** Fields that an option gives as they are. */
const FIXED_FIELDS = ['severity', 'risk', 'dataClassification', 'component', 'personal'] as const;

type MutableDraft = { -readonly [Field in keyof AuditDraft]: AuditDraft[Field] };

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
  const { route, facts } = action;
  const { options } = route.policy;
  const outcome = outcomeOf(action, ending);
  const draft: MutableDraft = {
    type: typeOf(action, outcome),
    action: `${facts.method} ${route.pattern}`,
    outcome: outcome.outcome,
    actor,
    correlationId: action.correlationId,
    occurredAt: new Date(action.startedAt),
    durationMs: now - action.startedAt,
    transport: transportOf(action, ending.status),
  };
  copyTrace(draft, action);
  copyFixed(draft, options);
  if (ending.reason !== undefined) {
    draft.reason = ending.reason;
  }
  const error = errorOf(action, ending);
  if (error !== undefined) {
    draft.error = error;
  }
  readFields(draft, action, action.factsNow(ending.status), failures);
  addHandlerResult(draft, action, ending);
  addEnrichment(draft, action.enriched());
  return draft;
}

/** What code added to the action counts before what the options read. */
function addEnrichment(draft: MutableDraft, enrichment: AuditEnrichment | undefined): void {
  if (enrichment === undefined) {
    return;
  }
  // The established actor already holds an enriched one, with address and user agent.
  const { details, actor: _established, ...rest } = enrichment;
  Object.assign(draft, rest);
  if (details !== undefined) {
    draft.details = isMergeable(draft.details) && isMergeable(details) ? { ...draft.details, ...details } : details;
  }
}

function outcomeOf(action: HttpAction, { status, reason }: HttpEnding): HttpOutcome {
  if (reason !== undefined || status === undefined) {
    return { outcome: 'unknown', ending: undefined };
  }
  return httpOutcome(status, action.course());
}

function typeOf({ route: { policy } }: HttpAction, { ending }: HttpOutcome): AuditEventType {
  const own = ending === undefined ? undefined : policy.options.types?.[ending];
  return own ?? ((ending === 'rateLimited' ? 'audit.http.rate_limited' : policy.type) as AuditEventType);
}

function transportOf({ facts, route }: HttpAction, status: number | undefined): HttpTransport {
  const { method, path } = facts;
  const { handler, pattern } = route;
  return status === undefined
    ? { kind: 'http', handler, method, path, route: pattern }
    : { kind: 'http', handler, method, path, route: pattern, status };
}

function copyTrace(draft: MutableDraft, { facts: { traceId, spanId } }: HttpAction): void {
  if (traceId !== undefined && spanId !== undefined) {
    draft.traceId = traceId;
    draft.spanId = spanId;
  }
}

function copyFixed(draft: MutableDraft, options: HttpAction['route']['policy']['options']): void {
  for (const field of FIXED_FIELDS) {
    if (options[field] !== undefined) {
      Object.assign(draft, { [field]: options[field] });
    }
  }
  if (typeof options.environment === 'string') {
    draft.environment = options.environment;
  }
}

function readFields(draft: MutableDraft, action: HttpAction, facts: AuditFacts, failures: FailureLog): void {
  if (action.before !== undefined) {
    draft.before = action.before;
  }
  if (action.beforeError !== undefined) {
    failures.report('selector', `Option "before" of @Audited() on ${action.route.handler} failed`, action.beforeError);
  }
  for (const [field, read] of action.route.policy.readers) {
    // A change that did not happen has no after.
    if (field === 'after' && draft.outcome !== 'success' && draft.outcome !== 'pending') {
      continue;
    }
    try {
      const value = read(facts);
      if (isThenable(value)) {
        // Nobody else listens; an unheard rejection would end the process.
        void Promise.resolve(value).catch(() => undefined);
        throw new TypeError('it gave a promise; only "before" may');
      }
      if (value !== undefined) {
        Object.assign(draft, { [field]: value });
      }
    } catch (error) {
      failures.report('selector', `Option "${field}" of @Audited() on ${action.route.handler} failed`, error);
    }
  }
}

/** What the handler did although nobody waited for the answer any more. */
function addHandlerResult(draft: MutableDraft, action: HttpAction, { reason }: HttpEnding): void {
  if (reason === undefined) {
    return;
  }
  const handler = action.progress.replace('-', '_');
  draft.details = isMergeable(draft.details) ? { ...draft.details, handler } : { handler };
}

function errorOf(action: HttpAction, { status, body, reason }: HttpEnding): unknown {
  const thrown = action.thrownError();
  if (thrown !== undefined) {
    return thrown;
  }
  if (reason !== undefined || status === undefined) {
    return undefined;
  }
  return status >= 400 ? answerError(status, body) : action.filteredError();
}

function isMergeable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
