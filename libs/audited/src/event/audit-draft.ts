import type {
  AuditActor,
  AuditOutcome,
  AuditResource,
  AuditRisk,
  AuditSeverity,
  AuditStage,
  AuditTransport,
} from './audit-event.js';

/** One changed field before normalising: any JavaScript value is allowed. */
export interface DraftChange {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * An event before redaction, catalogue defaults and ids: what a capture or a caller knows.
 * Every field may hold untrusted or odd values; none of them can make recording throw.
 */
export interface AuditDraft {
  /** Event type. An undeclared one is recorded all the same, flagged `uncatalogued`. */
  readonly type: string;
  /** A human sentence; the catalogue's title, or the type, when absent. */
  readonly action?: string;
  /** `pending` for an intent and `success` otherwise, when absent. */
  readonly outcome?: AuditOutcome;
  readonly stage?: AuditStage;
  readonly severity?: AuditSeverity;
  readonly risk?: AuditRisk;
  readonly dataClassification?: string;
  /** Who acted; taken from the context when absent. */
  readonly actor?: AuditActor;
  readonly resource?: AuditResource;
  readonly targets?: readonly AuditResource[];
  readonly reason?: string;
  readonly ticket?: string;
  /** Any value; an object becomes `details`, anything else `details.value`. */
  readonly details?: unknown;
  readonly changes?: readonly DraftChange[];
  /** State of the resource before the action; compared with `after` field by field into `changes`. */
  readonly before?: unknown;
  /** State of the resource after the action. */
  readonly after?: unknown;
  /** An Error, or its facts. */
  readonly error?: unknown;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly sessionId?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  /** When the action began; now when absent. */
  readonly occurredAt?: Date;
  readonly durationMs?: number;
  readonly transport?: AuditTransport;
  /** Logical part of the system, when it differs from the module's `origin.component`. */
  readonly component?: string;
  /** Target environment, when it differs from the module's `origin.environment`. */
  readonly environment?: string;
  /** JSON Pointers into the event that hold personal data, besides the actor's: `/details/phone`. */
  readonly personal?: readonly string[];
}

/** Facts that code may add to a running action: `audit.enrich({ ... })`. */
export type AuditEnrichment = Partial<
  Pick<
    AuditDraft,
    | 'type'
    | 'action'
    | 'actor'
    | 'resource'
    | 'targets'
    | 'reason'
    | 'ticket'
    | 'details'
    | 'changes'
    | 'before'
    | 'after'
    | 'severity'
    | 'risk'
    | 'dataClassification'
    | 'environment'
    | 'sessionId'
    | 'correlationId'
    | 'causationId'
    | 'personal'
  >
>;
