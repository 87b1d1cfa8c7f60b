import type { FilterName } from '../../storage/reading/audit-filters.js';
import type { ParameterDefinition } from './parameter.js';

const OUTCOMES = ['success', 'failure', 'denied', 'pending', 'unknown'];
const SEVERITIES = ['debug', 'info', 'warning', 'error', 'critical'];
const RISKS = ['low', 'medium', 'high', 'critical'];
const STAGES = ['intent', 'outcome'];
const ACTOR_KINDS = ['user', 'service', 'system', 'anonymous', 'unknown'];
const TRANSPORTS = ['http', 'manual', 'method', 'job'];

type FilterFacts = Omit<ParameterDefinition, 'name' | 'isList' | 'isNegatable'>;

const text = (description: string, example: string): FilterFacts => ({ kind: 'text', description, example });
const word = (words: readonly string[], description: string, example: string): FilterFacts => ({
  kind: 'word',
  words,
  description,
  example,
});

/** A filter that is missing here fails to compile. */
const FILTERS: Readonly<Record<FilterName, FilterFacts>> = {
  type: text('Event type, or the beginning of one with an asterisk: `deploy.*`.', 'deploy.*,auth.login'),
  outcome: word(OUTCOMES, 'How the action ended.', 'denied,failure'),
  severity: word(SEVERITIES, 'How grave the event is.', 'error,critical'),
  risk: word(RISKS, 'How dangerous the action is.', 'high,critical'),
  stage: word(STAGES, 'Written before the action ran, or after it ended.', 'outcome'),
  actorId: text('Id of who acted.', 'u-7'),
  actorKind: word(ACTOR_KINDS, 'What kind of actor.', 'user'),
  actorEmail: {
    ...text('E-mail address of who acted. Finds nothing of persons who were erased.', 'ada@example.com'),
    isPersonal: true,
  },
  ip: {
    ...text('Client address. Finds nothing of persons who were erased.', '203.0.113.7'),
    isPersonal: true,
  },
  tenantId: text('Tenant of the actor; never more than the tenants that the caller may see.', 't-1'),
  resourceType: text('Type of what was acted on.', 'deployment'),
  resourceId: text('Id of what was acted on.', 'd-42'),
  sessionId: text('Session in which it was done.', 's-1'),
  correlationId: text('What links everything of one flow.', 'flow-1'),
  traceId: text('W3C trace id, 32 hex digits.', '0af7651916cd43dd8448eb211c80319c'),
  component: text('Part of the system that recorded it.', 'billing-api'),
  environment: text('Where it happened.', 'production'),
  transport: word(TRANSPORTS, 'How the action reached the application.', 'http'),
  route: text('Route pattern, without values.', '/deployments/:id'),
  status: { kind: 'status', description: 'HTTP status, or a class of them.', example: '403,5xx' },
  changedField: text('Name of a field that was changed.', 'replicas'),
  chain: text('Chain of the log.', 'main'),
};

const ORDERED = Object.entries(FILTERS) as readonly (readonly [FilterName, FilterFacts])[];

/** Every filter of a query: a list each, and each may be negated. */
export const FILTER_PARAMETERS: readonly ParameterDefinition[] = ORDERED.map(([name, facts]) => ({
  name,
  ...facts,
  isList: true,
  isNegatable: true,
}));

/** The filters without some: those that the path of a route gives already. */
export function filtersWithout(...names: readonly FilterName[]): readonly ParameterDefinition[] {
  return FILTER_PARAMETERS.filter(({ name }) => !(names as readonly string[]).includes(name));
}

/** Only these filters. */
export function filtersOf(...names: readonly FilterName[]): readonly ParameterDefinition[] {
  return FILTER_PARAMETERS.filter(({ name }) => (names as readonly string[]).includes(name));
}
