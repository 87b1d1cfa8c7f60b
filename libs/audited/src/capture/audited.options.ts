import type { AuditRisk, AuditSeverity } from '../event/audit-event.js';
import type { AuditEventType } from '../catalogue/event-type.js';
import type { AuditDurability } from '../event/durability.js';

/** What an option function may look at. Every field is the framework's own object: read, never write. */
export interface AuditFacts<Result = unknown> {
  /** The framework's request: Express or Fastify. */
  readonly request: unknown;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Whatever the guards left on the request. */
  readonly user: unknown;
  /** Arguments the handler was called with; empty when it was never reached. */
  readonly args: readonly unknown[];
  /** The controller instance; `undefined` when the handler was never reached. */
  readonly controller: unknown;
  /** What the handler returned; `undefined` when it failed or was never reached. */
  readonly result: Result | undefined;
  /** What the handler threw; `undefined` when it did not. */
  readonly error: unknown;
  /** Final HTTP status; `undefined` while the handler runs. */
  readonly status: number | undefined;
}

/**
 * Where to find a value: a root and a path of member names. Roots: `params`, `query`, `body`,
 * `headers`, `user`, `result`, `args`. Examples: `params.id`, `body.customer.id`, `args.0`.
 */
export type AuditSelector =
  `${'params' | 'query' | 'body' | 'headers' | 'user' | 'result' | 'args'}${'' | `.${string}`}`;

/** A resource, its id and name taken from request or result. */
export interface ResourceSelectors {
  readonly type: string;
  readonly id?: AuditSelector;
  readonly name?: AuditSelector;
}

/** A resource as a function may give it: what is not known may be `undefined`, as in `id: result?.id`. */
export interface ReadResource {
  readonly type: string;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

/** Event types by how the action ended, where they differ from the main one. */
export interface OutcomeTypes {
  /** The action is about to begin: the intent of the level `required`. Other levels have none. */
  readonly started?: AuditEventType;
  /** The action succeeded, or was accepted (202). */
  readonly succeeded?: AuditEventType;
  /** The handler threw, a pipe rejected, the answer is an error. */
  readonly failed?: AuditEventType;
  /** Access control refused. */
  readonly denied?: AuditEventType;
  /** A rate limit refused (429). @default 'audit.http.rate_limited' */
  readonly rateLimited?: AuditEventType;
}

/** Options of `@Audited()`. Options of a class are defaults for its methods. */
export interface AuditedOptions<Result = unknown> {
  /** Event type. @default the class and method in lower case: `deployments.create` */
  readonly type?: AuditEventType;
  readonly types?: OutcomeTypes;
  /** What is acted on. */
  readonly resource?: ResourceSelectors | ((facts: AuditFacts<Result>) => ReadResource | undefined);
  /**
   * A human sentence; `{params.id}` and other selectors in braces are filled in.
   * @default the catalogue's title, else method and route
   */
  readonly action?: string | ((facts: AuditFacts<Result>) => string | undefined);
  /** What to keep of request and result. Nothing is kept by default. */
  readonly details?: readonly AuditSelector[] | ((facts: AuditFacts<Result>) => unknown);
  /**
   * State of the resource before the action; the handler waits for a promise. Compared with `after`
   * field by field.
   */
  readonly before?: (facts: AuditFacts<Result>) => unknown;
  /** State of the resource after the action. */
  readonly after?: AuditSelector | ((facts: AuditFacts<Result>) => unknown);
  readonly reason?: AuditSelector | ((facts: AuditFacts<Result>) => string | undefined);
  readonly ticket?: AuditSelector | ((facts: AuditFacts<Result>) => string | undefined);
  /** What the action waits for. @default the level of the type in its catalogue, else the module's `durability` */
  readonly durability?: AuditDurability;
  /** Instead of the one the catalogue derives. */
  readonly severity?: AuditSeverity;
  readonly risk?: AuditRisk;
  readonly dataClassification?: string;
  readonly component?: string;
  /** Target environment: a fixed name or a selector. */
  readonly environment?: string | ((facts: AuditFacts<Result>) => string | undefined);
  /** JSON Pointers of personal data in the details: `/details/phone`. */
  readonly personal?: readonly string[];
}
