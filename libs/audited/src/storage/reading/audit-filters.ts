import type {
  AuditActorKind,
  AuditOutcome,
  AuditRisk,
  AuditSeverity,
  AuditStage,
  AuditTransport,
} from '../../event/audit-event.js';

/** One value, or several of which one has to match. */
export type AnyOf<Value> = Value | readonly Value[];

/** All HTTP statuses of a class: `4xx` is 400 to 499. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/**
 * Which records are meant. Every filter that is given has to match; of a list, one value has to. Texts match exactly, byte
 * for byte.
 */
export interface AuditFilters {
  readonly chain?: AnyOf<string>;
  /** A type, or the beginning of one: `deploy.*` is every type that begins with `deploy.`. */
  readonly type?: AnyOf<string>;
  readonly stage?: AnyOf<AuditStage>;
  readonly outcome?: AnyOf<AuditOutcome>;
  readonly severity?: AnyOf<AuditSeverity>;
  readonly risk?: AnyOf<AuditRisk>;
  readonly actorId?: AnyOf<string>;
  readonly actorKind?: AnyOf<AuditActorKind>;
  /** Personal: finds nothing of persons who were erased. */
  readonly actorEmail?: AnyOf<string>;
  /** Client address. Personal: finds nothing of persons who were erased. */
  readonly ip?: AnyOf<string>;
  readonly tenantId?: AnyOf<string>;
  readonly resourceType?: AnyOf<string>;
  readonly resourceId?: AnyOf<string>;
  readonly sessionId?: AnyOf<string>;
  readonly correlationId?: AnyOf<string>;
  readonly traceId?: AnyOf<string>;
  readonly component?: AnyOf<string>;
  readonly environment?: AnyOf<string>;
  readonly transport?: AnyOf<AuditTransport['kind']>;
  /** Route pattern of an HTTP request, without values: `/deployments/:id`. */
  readonly route?: AnyOf<string>;
  /** HTTP status, or a class of them. */
  readonly status?: AnyOf<number | StatusClass>;
  /** Name of a field in `changes[]`. */
  readonly changedField?: AnyOf<string>;
}

export type FilterName = keyof AuditFilters;
