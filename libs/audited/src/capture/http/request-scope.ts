import type { AuditActor } from '../../event/audit-event.js';
import type { AuditScope } from '../../recording/context/audit-scope.js';
import type { ActingRequest } from './action-actor.js';
import type { FrameworkRequest } from './framework-request.js';
import type { HttpRequestFacts } from './draft/http-facts.js';

/**
 * A request whose route is not audited. It leaves no event of its own, but what services record while
 * it runs was done by its actor, not by the system, and belongs together.
 */
export class RequestScope implements AuditScope, ActingRequest {
  private ownCorrelationId: string | undefined;

  constructor(
    readonly request: FrameworkRequest,
    readonly facts: HttpRequestFacts,
    private readonly newId: () => string,
    private readonly actorNow: (acting: ActingRequest) => AuditActor | Promise<AuditActor>,
  ) {}

  get correlationId(): string {
    this.ownCorrelationId ??= this.facts.correlationId ?? this.newId();
    return this.ownCorrelationId;
  }

  get traceId(): string | undefined {
    return this.facts.traceId;
  }

  get spanId(): string | undefined {
    return this.facts.spanId;
  }

  actor(): AuditActor | Promise<AuditActor> {
    return this.actorNow(this);
  }

  enrich(): boolean {
    return false;
  }

  enriched(): undefined {
    return undefined;
  }
}
