/**
 * The words of the audit trail. One word per idea, everywhere: code, docs, API, database.
 *
 * | word        | meaning                                                                     |
 * | ----------- | --------------------------------------------------------------------------- |
 * | event       | what happened, after redaction: the facts                                   |
 * | draft       | an event before redaction, catalogue defaults and ids                       |
 * | record      | an event with its seal, as stored                                           |
 * | seal        | chain, position, previous hash, hash, scheme id                             |
 * | chain       | one totally ordered, gap-free sequence of records                           |
 * | head        | the last seal of a chain                                                    |
 * | catalogue   | a typed set of event types with their defaults                              |
 * | capture     | turning a request, message, method call or entity change into a draft      |
 * | intent      | the record written before an action runs                                    |
 * | outcome     | the record written after it ended                                           |
 * | destination | a configured exporter with a cursor: one SIEM                               |
 * | exporter    | code that speaks one vendor's protocol                                      |
 * | formatter   | record to text in one schema                                                |
 */
import type { JsonObject, JsonValue } from './json-value.js';

/** How grave an event is. Derived from type and outcome unless given. */
export type AuditSeverity = 'debug' | 'info' | 'warning' | 'error' | 'critical';

/** How dangerous the action is for the organisation, whatever its outcome. */
export type AuditRisk = 'low' | 'medium' | 'high' | 'critical';

/**
 * How the action ended. `denied`: access control or a rate limit refused it.
 * `pending`: accepted, not finished (HTTP 202). `unknown`: nobody can say, e.g. the client went away.
 */
export type AuditOutcome = 'success' | 'failure' | 'denied' | 'pending' | 'unknown';

/** `intent`: written before the action ran. `outcome`: written after it ended. */
export type AuditStage = 'intent' | 'outcome';

/**
 * What kind of actor. `anonymous`: nobody logged in. `unknown`: somebody acted, but it could not be
 * established who (a resolver failed). Two different facts, never mixed.
 */
export type AuditActorKind = 'user' | 'service' | 'system' | 'anonymous' | 'unknown';

/** Who acted. `email`, `name`, `ip` and `userAgent` are personal data and erasable. */
export interface AuditActor {
  /** Stable identifier; never a credential: an API key appears as a keyed fingerprint. */
  readonly id?: string;
  readonly kind: AuditActorKind;
  readonly email?: string;
  readonly name?: string;
  readonly roles?: readonly string[];
  /** Client address as the framework sees it (`trust proxy`), never a raw `X-Forwarded-For`. */
  readonly ip?: string;
  readonly userAgent?: string;
  readonly tenantId?: string;
  /** The next actor in a delegation or impersonation chain: the one on whose behalf this one acts. */
  readonly onBehalfOf?: AuditActor;
}

/** What was acted on. */
export interface AuditResource {
  /** Kind of thing, in the application's own words: `deployment`, `invoice`. */
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
}

/** Where the event was produced. */
export interface AuditOrigin {
  /** Logical part of the system: `billing-api`. */
  readonly component?: string;
  /** Product or platform the component belongs to. */
  readonly platform?: string;
  /** Version of the component. */
  readonly version?: string;
  /** `production`, `staging`, ... */
  readonly environment?: string;
  /** Host name of the machine. */
  readonly host?: string;
  /** Identifies one process run; new at every start. */
  readonly instanceId?: string;
}

/** An HTTP exchange. */
export interface HttpTransport {
  readonly kind: 'http';
  readonly method: string;
  /** Route pattern, without values: `/deployments/:id`. Absent when no route matched. */
  readonly route?: string;
  /** Path of the request without its query string. */
  readonly path: string;
  /** Final status that left the process. Absent when the client went away before any answer. */
  readonly status?: number;
  /** Class and method that handle the route: `DeploymentsController.create`. */
  readonly handler?: string;
}

/** An event recorded by code, outside any request or message. */
export interface ManualTransport {
  readonly kind: 'manual';
}

/** A method of a provider, a queue job or a scheduled task. */
export interface CallTransport {
  readonly kind: 'method' | 'job';
  /** Class and method: `InvoiceService.close`. */
  readonly handler: string;
}

/** How the action reached the application; `kind` says which facts follow. */
export type AuditTransport = HttpTransport | ManualTransport | CallTransport;

/** One changed field of the resource. An absent `before` was created, an absent `after` removed. */
export interface AuditChange {
  readonly field: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** Why the action failed. Never a stack trace. */
export interface AuditErrorInfo {
  /** Class name of the error: `NotFoundException`. */
  readonly type?: string;
  /** Stable code, if the error had one: `ECONNREFUSED`. */
  readonly code?: string;
  readonly message?: string;
}

/** One value that was cut because of its size. The original stays provable by size and hash. */
export interface AuditTruncation {
  /** JSON Pointer (RFC 6901) into the event: `/details/body`. */
  readonly path: string;
  /** Size of the original in bytes of UTF-8 (of its canonical JSON unless it is a string). */
  readonly bytes: number;
  /** SHA-256 of those bytes, in hex; absent when the original was too large to be read to its end. */
  readonly sha256?: string;
}

/**
 * What happened: the facts, after redaction. Absent fields are absent; there are no nulls outside
 * `details` and `changes`. All times are UTC with milliseconds (`2026-11-21T18:51:39.123Z`).
 */
export interface AuditEvent {
  // identity
  /** UUIDv7 (RFC 9562), unique and sortable by time. */
  readonly id: string;
  /** Links everything that belongs to one business flow. */
  readonly correlationId?: string;
  /** The id of the event that caused this one. */
  readonly causationId?: string;
  readonly sessionId?: string;
  /** W3C trace context: 32 hex digits. */
  readonly traceId?: string;
  /** W3C trace context: 16 hex digits. */
  readonly spanId?: string;

  // time
  /** When the action began. */
  readonly occurredAt: string;
  /** When the audit trail accepted the event. */
  readonly recordedAt: string;
  /** Duration of the action in whole milliseconds. */
  readonly durationMs?: number;

  // classification
  /** Event type from a catalogue: `deploy.completed`. */
  readonly type: string;
  readonly stage: AuditStage;
  readonly severity: AuditSeverity;
  readonly risk: AuditRisk;
  readonly outcome: AuditOutcome;
  /** Sensitivity of the data concerned, in the application's own words: `internal`. */
  readonly dataClassification?: string;

  readonly actor: AuditActor;

  // action
  /** A human sentence: `Deployment started for billing to production`. */
  readonly action: string;
  /** Why it was done, or why it ended as it did: `client_aborted`. */
  readonly reason?: string;
  /** Reference to a change request, incident or ticket. */
  readonly ticket?: string;

  readonly resource?: AuditResource;
  /** Further resources the action touched. */
  readonly targets?: readonly AuditResource[];
  readonly origin: AuditOrigin;
  readonly transport: AuditTransport;

  // content
  readonly details?: JsonObject;
  readonly changes?: readonly AuditChange[];
  readonly error?: AuditErrorInfo;

  // honesty
  /** What was cut, with the size and hash of the original. */
  readonly truncated?: readonly AuditTruncation[];
  /** JSON Pointers of the values that were removed as secret. */
  readonly redacted?: readonly string[];
  /** True when the event waited in the local spool because the database was down. */
  readonly spooled?: true;
  /** True when no declared catalogue knows the type. */
  readonly uncatalogued?: true;
  /**
   * Commitment to the personal part: hex SHA-256 over salt and canonical personal part. The record
   * keeps this when the personal part is erased, so its hash stays valid.
   */
  readonly personal?: string;
}
