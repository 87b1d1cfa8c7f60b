import type { EventTypeEntries } from '../event-type-table.js';
import type { EcsCategory, EcsType, EcsTypeOf } from './ecs-categories.js';

/** What an event type is in ECS: words of lists that the schema closes, every type expected by one of the categories. */
export interface EcsEventType {
  readonly category: readonly EcsCategory[];
  readonly type: readonly EcsType[];
}

/** A row. The compiler refuses a type that none of the categories expects. */
function is<Category extends EcsCategory>(
  category: Category | readonly Category[],
  ...type: EcsTypeOf<Category>[]
): EcsEventType {
  return Object.freeze({
    category: Object.freeze(typeof category === 'string' ? [category] : category),
    type: Object.freeze(type),
  });
}

/**
 * What the shipped event types are in ECS. A refusal gains the type `denied` and a failure the type `error` where a
 * category of the row expects them, so no row needs to say so for an outcome; a row says it for a type that is always
 * a refusal or an error.
 *
 * Two rules of the schema decide most rows. A log-in is `authentication` with `start`, whether it succeeds or not. An
 * event is `iam` only when it manages an identity, and then it says of what: `user`, `group` or `admin`; so a token is
 * not `iam` with `creation`, which detection rules read as a new account.
 *
 * @see https://www.elastic.co/docs/reference/ecs/ecs-category-field-values-reference
 */
export const ECS_EVENT_TYPES: EventTypeEntries<EcsEventType> = Object.freeze({
  types: Object.freeze({
    // The kit itself
    'audit.*': is('api', 'info'),
    'audit.started': is('process', 'start'),
    'audit.stopped': is('process', 'end'),
    'audit.config_changed': is('configuration', 'change'),
    'audit.read': is('database', 'access'),
    'audit.export': is('database', 'access'),
    'audit.denied': is(['api', 'database'], 'access', 'denied'),
    'audit.verify': is('database', 'info'),
    'audit.checkpoint': is('database', 'info'),
    'audit.reanchor': is('database', 'change'),
    'audit.loss': is('database', 'error'),
    'audit.http.unmatched': is('web', 'access', 'error'),
    'audit.http.malformed': is('web', 'access', 'error'),
    'audit.http.rate_limited': is(['api', 'web'], 'access', 'denied'),
    'audit.erasure': is('database', 'change'),
    'audit.prune': is('database', 'change'),
    'audit.hold_placed': is('configuration', 'creation'),
    'audit.hold_lifted': is('configuration', 'deletion'),
    'audit.dead_letter_replayed': is('api', 'admin', 'change'),
    'audit.dead_letter_discarded': is('api', 'admin', 'deletion'),
    'audit.dead_letter': is('database', 'error'),
    'audit.destination_failed': is('database', 'error'),
    'audit.destination_recovered': is('database', 'info'),
    'audit.destination_changed': is('configuration', 'change'),

    // Deployments
    'auth.*': is('authentication', 'info'),
    'auth.login': is('authentication', 'start'),
    'auth.logout': is('authentication', 'end'),
    'auth.failed': is('authentication', 'start'),
    'auth.token_refresh': is(['authentication', 'session'], 'info'),
    'authz.*': is('api', 'access'),
    'authz.granted': is('api', 'access', 'allowed'),
    'authz.denied': is('api', 'access', 'denied'),
    'authz.role_change': is('iam', 'change', 'user'),
    'deploy.initiated': is('package', 'info'),
    'deploy.validated': is('package', 'info'),
    'deploy.started': is('package', 'start'),
    'deploy.completed': is('package', 'change', 'installation'),
    'deploy.failed': is('package', 'change', 'installation'),
    'deploy.rolled_back': is('package', 'change'),
    'approval.requested': is('api', 'creation'),
    'approval.granted': is('api', 'allowed', 'change'),
    'approval.denied': is('api', 'change', 'denied'),
    'approval.expired': is('api', 'end'),
    'approval.cancelled': is('api', 'end'),
    'policy.evaluated': is('configuration', 'access'),
    'policy.created': is('configuration', 'creation'),
    'policy.modified': is('configuration', 'change'),
    'policy.deleted': is('configuration', 'deletion'),
    'capability.enabled': is('configuration', 'change'),
    'capability.disabled': is('configuration', 'change'),
    'capability.degraded': is('configuration', 'info'),
    'config.changed': is('configuration', 'change'),
    'config.accessed': is('configuration', 'access'),
    'system.startup': is('process', 'start'),
    'system.shutdown': is('process', 'end'),
    'system.error': is('process', 'info'),

    // Scam intelligence
    API_REQUEST: is('api', 'access', 'start'),
    API_RESPONSE: is('api', 'end'),
    AUTH_SUCCESS: is('authentication', 'start'),
    AUTH_FAILURE: is('authentication', 'start'),
    RATE_LIMIT_EXCEEDED: is('api', 'access', 'denied'),
    SCAM_DETECTED: is('threat', 'indicator'),
    INTELLIGENCE_EXTRACTED: is('threat', 'indicator'),
    THREAT_ANALYZED: is('threat', 'indicator'),
    REPORT_FILED: is('api', 'creation'),
    UPI_FREEZE_RECOMMENDED: is('api', 'info'),
    CALLBACK_SENT: is('api', 'start'),
    PERSONA_SELECTED: is('api', 'change'),
    CONVERSATION_CREATED: is('api', 'creation'),
    CONVERSATION_UPDATED: is('api', 'change'),
    DATA_EXPORTED: is('database', 'access'),

    // OWASP
    'authn_login_*': is('authentication', 'start'),
    authn_login_fail_max: is('authentication', 'info'),
    authn_login_lock: is(['authentication', 'iam'], 'change', 'info', 'user'),
    'authn_password_*': is('iam', 'change', 'user'),
    authn_impossible_travel: is(['authentication', 'intrusion_detection'], 'info'),
    authn_token_created: is(['api', 'authentication'], 'creation', 'info'),
    authn_token_revoked: is(['api', 'authentication'], 'deletion', 'info'),
    authn_token_reuse: is(['authentication', 'intrusion_detection'], 'info'),
    authn_token_delete: is(['api', 'authentication'], 'deletion', 'info'),
    authz_fail: is('api', 'access', 'denied'),
    authz_change: is('iam', 'change', 'user'),
    authz_admin: is('api', 'access', 'admin'),
    'crypt_*': is('api', 'info'),
    excess_rate_limit_exceeded: is('api', 'access', 'denied'),
    excess_sessions_exceeded: is('session', 'info'),
    upload_complete: is('file', 'creation'),
    upload_stored: is('file', 'creation'),
    upload_validation: is('file', 'info'),
    upload_delete: is('file', 'deletion'),
    'input_validation_*': is('web', 'error'),
    'malicious_*': is(['intrusion_detection', 'web'], 'info'),
    'mcp_*': is(['api', 'intrusion_detection'], 'info'),
    privilege_permissions_changed: is('iam', 'admin', 'change'),
    sensitive_create: is(['api', 'database'], 'change', 'creation'),
    sensitive_read: is(['api', 'database'], 'access'),
    sensitive_update: is(['api', 'database'], 'change'),
    sensitive_delete: is(['api', 'database'], 'change', 'deletion'),
    sequence_fail: is(['intrusion_detection', 'web'], 'info'),
    session_created: is('session', 'start'),
    session_renewed: is('session', 'info'),
    session_expired: is('session', 'end'),
    session_logout: is(['authentication', 'session'], 'end'),
    session_use_after_expire: is(['intrusion_detection', 'session'], 'info'),
    sys_startup: is('process', 'start'),
    sys_shutdown: is('process', 'end'),
    sys_restart: is('process', 'end', 'start'),
    sys_crash: is('process', 'end'),
    'sys_monitor_*': is('configuration', 'change'),
    user_created: is('iam', 'creation', 'user'),
    user_updated: is('iam', 'change', 'user'),
    user_archived: is('iam', 'change', 'user'),
    user_deleted: is('iam', 'deletion', 'user'),
  }),
  categories: Object.freeze({
    access: is('api', 'access'),
    api: is('api', 'access'),
    approval: is('api', 'info'),
    authentication: is('authentication', 'info'),
    authorization: is('api', 'access'),
    capability: is('configuration', 'info'),
    configuration: is('configuration', 'info'),
    custody: is('database', 'info'),
    data: is('database', 'info'),
    delivery: is('api', 'info'),
    deployment: is('package', 'info'),
    encryption: is('api', 'info'),
    enforcement: is('api', 'info'),
    'excessive-use': is('api', 'access'),
    'file-upload': is('file', 'info'),
    http: is('web', 'access'),
    'input-validation': is('web', 'info'),
    integrity: is('database', 'info'),
    intelligence: is('threat', 'indicator'),
    lifecycle: is('process', 'info'),
    'malicious-behavior': is('intrusion_detection', 'info'),
    mcp: is(['api', 'intrusion_detection'], 'info'),
    policy: is('configuration', 'info'),
    privilege: is('iam', 'admin', 'info'),
    security: is('api', 'access'),
    'sensitive-data': is('database', 'access'),
    sequence: is('web', 'info'),
    session: is('session', 'info'),
    system: is('process', 'info'),
    'user-management': is('iam', 'info', 'user'),
  }),
  // Nothing is known but that somebody asked the application to do something.
  otherwise: is('api', 'info'),
});
