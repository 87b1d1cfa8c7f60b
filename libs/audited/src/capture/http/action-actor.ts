import type { AuditEnrichment } from '../../event/audit-draft.js';
import type { AuditActor } from '../../event/audit-event.js';
import type { FailureLog } from '../../recording/accounting/failure-log.js';
import type { ActorResolver } from '../actor-resolver.js';
import type { FrameworkRequest } from './framework-request.js';
import type { HttpRequestFacts } from './draft/http-facts.js';
import { isThenable } from './thenable.js';

const UNKNOWN: AuditActor = { kind: 'unknown' };
const ANONYMOUS: AuditActor = { kind: 'anonymous' };

/** A request that somebody sent. */
export interface ActingRequest {
  readonly request: FrameworkRequest;
  readonly facts: HttpRequestFacts;
  /** What application code said about the action; an actor in it is believed before any resolver. */
  enriched(): AuditEnrichment | undefined;
}

/** Establishes who acts, with address and user agent; never throws, never waits longer than allowed. */
export class ActionActor {
  constructor(
    private readonly resolver: ActorResolver,
    private readonly failures: FailureLog,
    private readonly timeoutMs: number,
  ) {}

  /** The actor as it can be established now; a promise only when the resolver needs one. */
  establish(acting: ActingRequest): AuditActor | Promise<AuditActor> {
    const given = acting.enriched()?.actor;
    if (given !== undefined) {
      return withConnection(given, acting);
    }
    const resolved = this.resolve(acting);
    if (resolved instanceof Promise) {
      return this.inTime(resolved).then((actor) => withConnection(actor, acting));
    }
    return withConnection(resolved, acting);
  }

  private resolve(acting: ActingRequest): AuditActor | Promise<AuditActor> {
    try {
      const actor = this.resolver.resolve(acting.request);
      if (isThenable(actor)) {
        return Promise.resolve(actor)
          .then((found) => found ?? ANONYMOUS)
          .catch((error: unknown) => this.unknown(error));
      }
      return actor ?? ANONYMOUS;
    } catch (error) {
      return this.unknown(error);
    }
  }

  private unknown(error: unknown): AuditActor {
    this.failures.report('actor', 'The actor of a request could not be established', error);
    return UNKNOWN;
  }

  private inTime(actor: Promise<AuditActor>): Promise<AuditActor> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(this.unknown(new Error(`the actor resolver took longer than actorTimeoutMs = ${this.timeoutMs}`)));
      }, this.timeoutMs);
      void actor.then((found) => {
        clearTimeout(timer);
        resolve(found);
      });
    });
  }
}

/** Built without spreading where it can be: this runs for every request. */
function withConnection(actor: AuditActor, { facts: { ip, userAgent } }: ActingRequest): AuditActor {
  if (ip === undefined || userAgent === undefined) {
    return { ...(ip === undefined ? {} : { ip }), ...(userAgent === undefined ? {} : { userAgent }), ...actor };
  }
  return actor === ANONYMOUS || actor === UNKNOWN ? { kind: actor.kind, ip, userAgent } : { ip, userAgent, ...actor };
}
