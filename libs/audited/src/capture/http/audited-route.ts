import type { AuditDurability } from '../../event/durability.js';
import type { AuditPolicy } from '../audit-policy.js';

/** A route whose requests are recorded. */
export interface AuditedRoute {
  /** Class and method: `DeploymentsController.create`. */
  readonly handler: string;
  /** Full pattern as registered: `/v1/deployments/:id`. */
  readonly pattern: string;
  readonly policy: AuditPolicy;
  /** What its requests wait for. */
  readonly level: AuditDurability;
  /** How long the handler waits for the option `before`. */
  readonly beforeTimeoutMs: number;
}
