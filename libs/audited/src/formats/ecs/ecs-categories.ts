/** What `event.type` may be: a closed list of ECS 9.4. */
export type EcsType =
  | 'access'
  | 'admin'
  | 'allowed'
  | 'change'
  | 'connection'
  | 'creation'
  | 'deletion'
  | 'denied'
  | 'device'
  | 'end'
  | 'error'
  | 'group'
  | 'indicator'
  | 'info'
  | 'installation'
  | 'protocol'
  | 'start'
  | 'user';

/** What `event.category` may be, a closed list of ECS 9.4, and which types it expects. */
const CATEGORIES = {
  api: ['access', 'admin', 'allowed', 'change', 'creation', 'deletion', 'denied', 'end', 'info', 'start', 'user'],
  authentication: ['start', 'end', 'info'],
  configuration: ['access', 'change', 'creation', 'deletion', 'info'],
  database: ['access', 'change', 'info', 'error'],
  driver: ['change', 'end', 'info', 'start'],
  email: ['info'],
  file: ['access', 'change', 'creation', 'deletion', 'info'],
  host: ['access', 'change', 'end', 'info', 'start'],
  iam: ['admin', 'change', 'creation', 'deletion', 'group', 'info', 'user'],
  intrusion_detection: ['allowed', 'denied', 'info'],
  library: ['start'],
  malware: ['info'],
  network: ['access', 'allowed', 'connection', 'denied', 'end', 'info', 'protocol', 'start'],
  package: ['access', 'change', 'deletion', 'info', 'installation', 'start'],
  process: ['access', 'change', 'end', 'info', 'start'],
  registry: ['access', 'change', 'creation', 'deletion'],
  session: ['start', 'end', 'info'],
  threat: ['indicator'],
  vulnerability: ['info'],
  web: ['access', 'error', 'info'],
} as const satisfies Readonly<Record<string, readonly EcsType[]>>;

/** What `event.category` may be: a closed list of ECS 9.4. */
export type EcsCategory = keyof typeof CATEGORIES;

/** The types that a category expects. */
export type EcsTypeOf<Category extends EcsCategory> = (typeof CATEGORIES)[Category][number];

/**
 * The types that each category expects. An event of several categories may have any type that one of them expects.
 *
 * @see https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category
 */
export const ECS_CATEGORY_TYPES: Readonly<Record<EcsCategory, readonly EcsType[]>> = Object.freeze(CATEGORIES);
