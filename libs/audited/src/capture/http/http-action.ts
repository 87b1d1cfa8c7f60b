import type { AuditEnrichment } from '../../event/audit-draft.js';
import type { AuditActor } from '../../event/audit-event.js';
import type { AuditScope } from '../../recording/context/audit-scope.js';
import type { ActingRequest } from './action-actor.js';
import type { AuditedRoute } from './audited-route.js';
import type { AuditFacts } from '../audited.options.js';
import type { FrameworkRequest } from './framework-request.js';
import type { HttpRequestFacts } from './draft/http-facts.js';
import type { ExceptionWatcher } from './exception-watch.js';
import type { HandlerProgress, HttpCourse } from './draft/http-outcome.js';
import type { JoinedTransaction } from './levels/joined-transaction.js';
import type { RequiredAction } from './levels/required-action.js';

/** Where an action stands on its request; a registered symbol, so both builds find the same one. */
const ACTION = Symbol.for('nestjs-audited.http-action');

type CarryingRequest = FrameworkRequest & { [ACTION]?: HttpAction };

/** The action that a request carries; `undefined` for whatever is no audited request. */
export function actionOf(request: unknown): HttpAction | undefined {
  return typeof request === 'object' && request !== null ? (request as CarryingRequest)[ACTION] : undefined;
}

/**
 * One audited request, from its route being matched to its answer: what each stage learned about it.
 * Becomes exactly one event.
 */
export class HttpAction implements AuditScope, ActingRequest, ExceptionWatcher {
  readonly startedAt: number;
  progress: HandlerProgress = 'not-reached';
  /** Settles when Nest is done with the request; `undefined` until it was handed over. */
  routed: unknown;
  private admitted = false;
  private escapedException: { readonly exception: unknown } | undefined;
  private args: readonly unknown[] = [];
  private controller: unknown;
  private result: unknown;
  private thrown: unknown;
  private enrichment: AuditEnrichment | undefined;
  /** Told when the handler ends; set only when somebody waits for that. */
  onHandlerEnd: (() => void) | undefined;
  /** State before the action, as the option read it; `undefined` when it has none or could not. */
  before: unknown;
  /** Why {@link before} could not be read. */
  beforeError: unknown;
  /** Only at the level `required`. */
  required: RequiredAction | undefined;
  /** Only at the level `transactional`. */
  transactional?: JoinedTransaction;

  constructor(
    readonly route: AuditedRoute,
    readonly request: FrameworkRequest,
    readonly facts: HttpRequestFacts,
    readonly eventId: string,
    now: number,
    private readonly actorNow: (action: HttpAction) => AuditActor | Promise<AuditActor>,
  ) {
    this.startedAt = now;
    (request as CarryingRequest)[ACTION] = this;
  }

  get correlationId(): string {
    return this.facts.correlationId ?? this.eventId;
  }

  /** The event that announced this action, if one did. */
  get causationId(): string | undefined {
    return this.required?.intentId;
  }

  get traceId(): string | undefined {
    return this.facts.traceId;
  }

  get spanId(): string | undefined {
    return this.facts.spanId;
  }

  get sessionId(): string | undefined {
    return this.enrichment?.sessionId;
  }

  actor(): AuditActor | Promise<AuditActor> {
    return this.actorNow(this);
  }

  enrich(facts: AuditEnrichment): boolean {
    const details = mergedDetails(this.enrichment?.details, facts.details);
    this.enrichment = { ...this.enrichment, ...facts, ...(details === undefined ? {} : { details }) };
    return true;
  }

  enriched(): AuditEnrichment | undefined {
    return this.enrichment;
  }

  /** The guards let the request through. */
  admit(): void {
    this.admitted = true;
  }

  /** The handler is called now; again when an interceptor retries it, and then the last call counts. */
  enter(controller: unknown, args: readonly unknown[]): void {
    this.admitted = true;
    this.progress = 'running';
    this.result = undefined;
    this.thrown = undefined;
    this.controller = controller;
    this.args = args;
  }

  /** Reads the state before the action. Never rejects: the action itself must not suffer. */
  async readBefore(read: (facts: AuditFacts) => unknown, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`it took longer than beforeTimeoutMs = ${timeoutMs}`)), timeoutMs);
    });
    try {
      this.before = await Promise.race([read(this.factsNow()), deadline]);
    } catch (error) {
      this.beforeError = error;
    } finally {
      clearTimeout(timer);
    }
  }

  succeed(result: unknown): void {
    this.progress = 'returned';
    this.result = result;
    this.onHandlerEnd?.();
  }

  fail(error: unknown): void {
    this.progress = 'threw';
    this.thrown = error;
    this.onHandlerEnd?.();
  }

  /** The handler was not called after all: its intent could not be recorded. */
  refuse(error: unknown): void {
    this.progress = 'not-reached';
    this.thrown = error;
    this.onHandlerEnd?.();
  }

  /** Nobody waits for what the handler still had to say. */
  cancel(): void {
    this.progress = 'cancelled';
    this.onHandlerEnd?.();
  }

  /** An exception of this request reached the exception filters. */
  escaped(exception: unknown): void {
    this.escapedException = { exception };
  }

  /** What the outcome depends on besides the status. */
  course(): HttpCourse {
    const { progress, admitted, escapedException } = this;
    return {
      progress,
      admitted,
      filtered: escapedException !== undefined,
      exceptionStatus: escapedException === undefined ? undefined : statusOf(escapedException.exception),
    };
  }

  /** What option functions may look at. @param status final status, once there is one */
  factsNow(status?: number): AuditFacts {
    const { request } = this;
    return {
      request,
      params: (request.params ?? {}) as AuditFacts['params'],
      query: (request.query ?? {}) as AuditFacts['query'],
      body: request.body,
      user: request.user,
      args: this.args,
      controller: this.controller,
      result: this.result,
      error: this.thrown,
      status,
    };
  }

  /** What the handler threw. */
  thrownError(): unknown {
    return this.thrown;
  }

  /** What reached the exception filters, wherever it came from. */
  filteredError(): unknown {
    return this.escapedException?.exception;
  }
}

/** The HTTP status that an exception stands for; it may be hostile, so every access can throw. */
function statusOf(exception: unknown): number | undefined {
  try {
    const { getStatus, status, statusCode } = exception as Readonly<Record<string, unknown>>;
    const told: unknown = typeof getStatus === 'function' ? getStatus.call(exception) : (status ?? statusCode);
    return typeof told === 'number' ? told : undefined;
  } catch {
    // An exception that does not even let itself be read stands for nothing.
    return undefined;
  }
}

function mergedDetails(before: unknown, after: unknown): unknown {
  const mergeable = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return mergeable(before) && mergeable(after) ? { ...before, ...after } : (after ?? before);
}
