import type { AuditActor } from '../event/audit-event.js';

/** Who does something to the log itself, and why. Both go into a sealed record. */
export interface CustodyAct {
  readonly by: AuditActor;
  /** Why, in words that an auditor understands; not empty. */
  readonly reason: string;
  /** Where it was decided: a ticket, a court order. */
  readonly ticket?: string;
}
