import type { AuditActor } from '../event/audit-event.js';

/**
 * Tells who sent a request. Asked after the guards ran, so whatever they left on the request is there.
 *
 * Contract: `null` means nobody is logged in (an anonymous actor); a throw or a rejection means it
 * could not be established (an unknown actor): two different facts. Address and user agent are added
 * by the capture. Never return a credential as the id; see `AuditService.fingerprint`.
 */
export abstract class ActorResolver {
  /** @param request the framework's request: Express or Fastify */
  abstract resolve(request: unknown): AuditActor | null | Promise<AuditActor | null>;
}
