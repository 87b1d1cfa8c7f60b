import type { AuditEnrichment } from '../event/audit-draft.js';
import type { AuditActor } from '../event/audit-event.js';
import type { AuditScope } from '../recording/audit-scope.js';
import type { AuditedRoute } from './audited-route.js';
import type { AuditFacts } from './audited.options.js';
import type { FrameworkRequest } from './framework-request.js';
import type { HttpRequestFacts } from './http-facts.js';
import type { HandlerProgress } from './http-outcome.js';

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
export class HttpAction implements AuditScope {
  readonly startedAt: number;
  progress: HandlerProgress = 'not-reached';
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

  constructor(
    readonly route: AuditedRoute,
    readonly request: FrameworkRequest,
    readonly facts: HttpRequestFacts,
    readonly eventId: string,
    now: number,
    private readonly actorNow: (action: HttpAction) => AuditActor | undefined,
  ) {
    this.startedAt = now;
    (request as CarryingRequest)[ACTION] = this;
  }

  get correlationId(): string {
    return this.facts.correlationId ?? this.eventId;
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

  actor(): AuditActor | undefined {
    return this.enrichment?.actor ?? this.actorNow(this);
  }

  enrich(facts: AuditEnrichment): boolean {
    const details = mergedDetails(this.enrichment?.details, facts.details);
    this.enrichment = { ...this.enrichment, ...facts, ...(details === undefined ? {} : { details }) };
    return true;
  }

  enriched(): AuditEnrichment | undefined {
    return this.enrichment;
  }

  /** The guards let the request through; its handler is called now. */
  enter(controller: unknown, args: readonly unknown[]): void {
    this.progress = 'running';
    this.controller = controller;
    this.args = args;
  }

  /** Reads the state before the action. Never rejects: the action itself must not suffer. */
  async readBefore(read: (facts: AuditFacts) => unknown): Promise<void> {
    try {
      this.before = await read(this.factsNow());
    } catch (error) {
      this.beforeError = error;
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

  thrownError(): unknown {
    return this.thrown;
  }
}

function mergedDetails(before: unknown, after: unknown): unknown {
  const mergeable = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return mergeable(before) && mergeable(after) ? { ...before, ...after } : (after ?? before);
}
