import type { AuditActorKind, AuditOutcome, AuditRisk, AuditSeverity } from '../../event/audit-event.js';

/** A value of a closed list: its number, and the caption that stands beside it. */
export interface OcsfWord {
  readonly id: number;
  readonly caption: string;
}

/** `severity_id`. Low is not used: a warning "requires action", which is Medium. The source's word is `log_level`. */
export const OCSF_SEVERITIES: Readonly<Record<AuditSeverity, OcsfWord>> = {
  debug: { id: 1, caption: 'Informational' },
  info: { id: 1, caption: 'Informational' },
  warning: { id: 3, caption: 'Medium' },
  error: { id: 4, caption: 'High' },
  critical: { id: 5, caption: 'Critical' },
};

/** `status_id`. OCSF has no word for what is not finished; that it was refused says `action_id`. */
export const OCSF_STATUSES: Readonly<Record<AuditOutcome, OcsfWord>> = {
  success: { id: 1, caption: 'Success' },
  failure: { id: 2, caption: 'Failure' },
  denied: { id: 2, caption: 'Failure' },
  pending: { id: 99, caption: 'pending' },
  unknown: { id: 0, caption: 'Unknown' },
};

/** `action_id` and `disposition_id` of what was refused, profile `security_control`. */
export const DENIED: OcsfWord = { id: 2, caption: 'Denied' };
export const BLOCKED: OcsfWord = { id: 2, caption: 'Blocked' };

/** `risk_level_id`, profile `security_control`. */
export const OCSF_RISKS: Readonly<Record<AuditRisk, OcsfWord>> = {
  low: { id: 1, caption: 'Low' },
  medium: { id: 2, caption: 'Medium' },
  high: { id: 3, caption: 'High' },
  critical: { id: 4, caption: 'Critical' },
};

/** `user.type_id`. Nobody logged in is neither a user nor unknown. */
export const OCSF_USER_TYPES: Readonly<Record<AuditActorKind, OcsfWord>> = {
  user: { id: 1, caption: 'User' },
  service: { id: 4, caption: 'Service' },
  system: { id: 3, caption: 'System' },
  anonymous: { id: 99, caption: 'anonymous' },
  unknown: { id: 0, caption: 'Unknown' },
};

/** `entity.type_id`, by the type of a resource in exactly these words; any other one is 99, and the caption its type. */
export const OCSF_ENTITY_TYPES: ReadonlyMap<string, OcsfWord & { readonly attribute: string }> = new Map([
  ['user', { id: 2, caption: 'User', attribute: 'user' }],
  ['group', { id: 3, caption: 'Group', attribute: 'group' }],
  ['organization', { id: 4, caption: 'Organization', attribute: 'org' }],
  ['policy', { id: 5, caption: 'Policy', attribute: 'policy' }],
]);

/** `resources[].role_id`. */
export const OCSF_ROLES = {
  target: { id: 1, caption: 'Target' },
  affected: { id: 3, caption: 'Affected' },
} as const satisfies Readonly<Record<string, OcsfWord>>;

/** `logon_type_id` of a log-in over HTTP. */
export const NETWORK_LOGON: OcsfWord = { id: 3, caption: 'Network' };

/** `log_type_id` of the kit's own log. */
export const APPLICATION_LOG: OcsfWord = { id: 2, caption: 'Application' };

/** `entity.type_id` of what has no number of its own. */
export const OTHER_ENTITY = 99;

/** `http_request.http_method` is a closed list without a word for others. */
export const OCSF_HTTP_METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/** `observables[].type_id`: the attributes of an event that readers search for across all classes. */
export const OCSF_OBSERVABLES = {
  hostname: { id: 1, caption: 'Hostname' },
  ip: { id: 2, caption: 'IP Address' },
  userName: { id: 4, caption: 'User Name' },
  email: { id: 5, caption: 'Email Address' },
  resourceUid: { id: 10, caption: 'Resource UID' },
  userAgent: { id: 16, caption: 'HTTP User-Agent' },
  userUid: { id: 31, caption: 'User uid' },
} as const satisfies Readonly<Record<string, OcsfWord>>;

/** Types of resources, in lower case, that are a user: who is authenticated, changed, or given privileges. */
export const USER_RESOURCE_TYPES: ReadonlySet<string> = new Set([
  'user',
  'user-account',
  'user_account',
  'principal',
  'service-account',
  'service_account',
]);

/** Names, in lower case, of the changed fields and the details that hold roles or privileges. */
export const PRIVILEGE_NAMES: ReadonlySet<string> = new Set([
  'role',
  'roles',
  'privilege',
  'privileges',
  'permission',
  'permissions',
]);
