import type { AuditDraft, AuditEnrichment } from '../../../event/audit-draft.js';
import type { AuditActor, AuditOutcome, HttpTransport } from '../../../event/audit-event.js';
import type { AuditEventType } from '../../../catalogue/event-type.js';
import type { FailureLog } from '../../../recording/accounting/failure-log.js';
import type { ReadField } from '../../audit-policy.js';
import type { AuditFacts } from '../../audited.options.js';
import type { HttpAction } from '../http-action.js';
import { isThenable } from '../thenable.js';

export type MutableDraft = { -readonly [Field in keyof AuditDraft]: AuditDraft[Field] };

/** Fields that an option gives as they are. */
const FIXED_FIELDS = ['severity', 'risk', 'dataClassification', 'component', 'personal'] as const;

/** What every event of an action has in common, whatever stage it tells of. */
export function beginDraft(
  action: HttpAction,
  type: AuditEventType,
  outcome: AuditOutcome,
  actor: AuditActor,
  status: number | undefined,
): MutableDraft {
  const { route, facts } = action;
  const draft: MutableDraft = {
    type,
    action: `${facts.method} ${route.pattern}`,
    outcome,
    actor,
    correlationId: action.correlationId,
    occurredAt: new Date(action.startedAt),
    transport: transportOf(action, status),
  };
  copyTrace(draft, action);
  copyFixed(draft, route.policy.options);
  return draft;
}

/**
 * Fills in what the options read from the request, the arguments and the result. An option that fails costs its own
 * field, never the event.
 *
 * @param failures where that is counted; `undefined` when a later stage of the action tells
 */
export function readFields(
  draft: MutableDraft,
  action: HttpAction,
  facts: AuditFacts,
  failures: FailureLog | undefined,
): void {
  for (const [field, read] of action.route.policy.readers) {
    // A change that did not happen, or not yet, has no after.
    if (field === 'after' && !hasHappened(draft)) {
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
      reportOption(failures, action, field, error);
    }
  }
}

/** Counts an option that failed. */
export function reportOption(
  failures: FailureLog | undefined,
  { route }: HttpAction,
  option: ReadField | 'before',
  error: unknown,
): void {
  failures?.report('selector', `Option "${option}" of @Audited() on ${route.handler} failed`, error);
}

/** What code added to the action counts before what the options read. */
export function addEnrichment(draft: MutableDraft, enrichment: AuditEnrichment | undefined): void {
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

/** The details of a draft with one more among them. */
export function withDetail(details: unknown, name: string, value: string): object {
  if (details === undefined || details === null) {
    return { [name]: value };
  }
  return isMergeable(details) ? { ...details, [name]: value } : { value: details, [name]: value };
}

function hasHappened({ stage, outcome }: AuditDraft): boolean {
  return stage !== 'intent' && (outcome === 'success' || outcome === 'pending');
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

function isMergeable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
