import type { AuditFilters, FilterName } from 'nestjs-audited/custody';

/** One filter as an option of the command line. */
export interface FilterOption {
  /** Its name without dashes; `--not-<flag>` is its negation. */
  readonly flag: string;
  /** What stands for the value in help. */
  readonly value: string;
  readonly meaning: string;
  /** The only words there are; any text when absent. */
  readonly words?: readonly string[];
}

type Single<Value> = Value extends readonly (infer One)[] ? One : Value;
type Words<Name extends FilterName> = readonly Single<NonNullable<AuditFilters[Name]>>[];

/** Every filter of the library; the compiler names one that is missing. */
export const FILTER_OPTIONS: Readonly<Record<FilterName, FilterOption>> = {
  chain: { flag: 'chain', value: 'name', meaning: 'only this chain' },
  type: { flag: 'type', value: 'event type', meaning: 'events of this type, or of all that begin so: deploy.*' },
  stage: {
    flag: 'stage',
    value: 'word',
    meaning: 'written before the action ran, or after it ended',
    words: ['intent', 'outcome'] satisfies Words<'stage'>,
  },
  outcome: {
    flag: 'outcome',
    value: 'word',
    meaning: 'events that ended so',
    words: ['success', 'failure', 'denied', 'pending', 'unknown'] satisfies Words<'outcome'>,
  },
  severity: {
    flag: 'severity',
    value: 'word',
    meaning: 'events of exactly this severity',
    words: ['debug', 'info', 'warning', 'error', 'critical'] satisfies Words<'severity'>,
  },
  risk: {
    flag: 'risk',
    value: 'word',
    meaning: 'events of exactly this risk',
    words: ['low', 'medium', 'high', 'critical'] satisfies Words<'risk'>,
  },
  actorId: { flag: 'actor', value: 'id', meaning: 'what this actor did' },
  actorKind: {
    flag: 'actor-kind',
    value: 'word',
    meaning: 'what actors of this kind did',
    words: ['user', 'service', 'system', 'anonymous', 'unknown'] satisfies Words<'actorKind'>,
  },
  actorEmail: { flag: 'email', value: 'address', meaning: 'what the actor with this address did, unless erased' },
  ip: { flag: 'ip', value: 'address', meaning: 'what came from this client address, unless erased' },
  tenantId: { flag: 'tenant', value: 'id', meaning: 'what was done for this tenant' },
  resourceType: { flag: 'resource-type', value: 'type', meaning: 'what was done to resources of this type' },
  resourceId: { flag: 'resource', value: 'id', meaning: 'what was done to this resource' },
  sessionId: { flag: 'session', value: 'id', meaning: 'what was done in this session' },
  correlationId: { flag: 'correlation', value: 'id', meaning: 'what belongs together under this id' },
  traceId: { flag: 'trace', value: 'id', meaning: 'what belongs to this trace' },
  component: { flag: 'component', value: 'name', meaning: 'what this part of the system recorded' },
  environment: { flag: 'environment', value: 'name', meaning: 'what happened in this environment' },
  transport: {
    flag: 'transport',
    value: 'word',
    meaning: 'how the action came in',
    words: ['http', 'manual', 'method', 'job'] satisfies Words<'transport'>,
  },
  route: { flag: 'route', value: 'pattern', meaning: 'requests of this route: /deployments/:id' },
  status: { flag: 'status', value: 'code', meaning: 'requests that were answered so: 403, or 4xx' },
  changedField: { flag: 'changed', value: 'field', meaning: 'events that changed this field' },
};
