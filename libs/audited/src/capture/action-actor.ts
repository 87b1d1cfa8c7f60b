import type { AuditActor } from '../event/audit-event.js';
import type { FailureLog } from '../recording/failure-log.js';
import type { ActorResolver } from './actor-resolver.js';
import type { HttpAction } from './http-action.js';

const UNKNOWN: AuditActor = { kind: 'unknown' };
const ANONYMOUS: AuditActor = { kind: 'anonymous' };

/** Establishes who acts, with address and user agent; never throws, never waits longer than allowed. */
export class ActionActor {
  constructor(
    private readonly resolver: ActorResolver,
    private readonly failures: FailureLog,
    private readonly timeoutMs: number,
  ) {}

  /** The actor for a finished action; a promise only when the resolver needs one. */
  establish(action: HttpAction): AuditActor | Promise<AuditActor> {
    const given = action.enriched()?.actor;
    if (given !== undefined) {
      return withConnection(given, action);
    }
    const resolved = this.resolve(action);
    if (resolved instanceof Promise) {
      return this.inTime(resolved).then((actor) => withConnection(actor, action));
    }
    return withConnection(resolved, action);
  }

  /** The actor as far as it can be said without waiting; for events recorded within the action. */
  soFar(action: HttpAction): AuditActor | undefined {
    const resolved = this.resolve(action);
    return resolved instanceof Promise ? undefined : withConnection(resolved, action);
  }

  private resolve(action: HttpAction): AuditActor | Promise<AuditActor> {
    try {
      const actor = this.resolver.resolve(action.request);
      if (actor instanceof Promise) {
        return actor.then((found) => found ?? ANONYMOUS).catch((error: unknown) => this.unknown(error));
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

function withConnection(actor: AuditActor, { facts }: HttpAction): AuditActor {
  const { ip, userAgent } = facts;
  return {
    ...(ip === undefined ? {} : { ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...actor,
  };
}
