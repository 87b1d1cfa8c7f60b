import type { AuditActor } from 'nestjs-audited';
import type { User } from './user-directory.js';

/** What the guards read from a request of either framework, and leave on it. */
export interface AuthenticatedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Who was authenticated: a person with a token, or a client with an API key. The audit trail reads it too. */
  user?: User | (AuditActor & { readonly kind: 'service'; readonly id: string });
}
