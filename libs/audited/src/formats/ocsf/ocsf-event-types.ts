import type { EventTypeEntries } from '../event-type-table.js';
import type { OcsfActivityId, OcsfClassUid } from './ocsf-classes.js';

/** What an event type is in OCSF: its class, and the activity within it. */
export type OcsfEventType = {
  readonly [Uid in OcsfClassUid]: {
    readonly classUid: Uid;
    /**
     * 99 is Other, and the event type its name.
     *
     * @default what the record says: of an HTTP request its method (GET is Read, PUT and PATCH are Update, DELETE is
     * Delete), of User Access Management whether roles were added or removed; otherwise 99
     */
    readonly activityId?: OcsfActivityId<Uid>;
  };
}[OcsfClassUid];

/**
 * The shipped answers. An activity names what was tried; how it ended is `status_id`, so a failed log-in is a Logon that
 * is a Failure.
 *
 * A class is a wish: where a record lacks what its class requires (Authentication a user, User Access Management the
 * privileges), the event is API Activity (6003) instead; where it lacks an actor or a source, which that one requires,
 * it is Web Resources Activity (6001) if it was an HTTP request, and Base Event (0) if it was not. The activity keeps
 * its caption. Nothing is ever made up to satisfy a class: a failed log-in is Authentication when the event names the
 * account that was tried, as its actor or as a resource of the type `user`.
 *
 * Ticket activities of Authentication (3 to 5) are Kerberos, so renewed sessions and tokens are Other. Account Change
 * and User Access Management are deprecated only from 1.9.0 on.
 */
export const OCSF_EVENT_TYPES: EventTypeEntries<OcsfEventType> = {
  types: {
    'audit.started': { classUid: 1008, activityId: 6 },
    'audit.stopped': { classUid: 1008, activityId: 7 },
    'audit.config_changed': { classUid: 1008, activityId: 99 },
    'audit.read': { classUid: 6003, activityId: 2 },
    'audit.export': { classUid: 1008, activityId: 3 },
    'audit.denied': { classUid: 6003 },
    'audit.verify': { classUid: 1008, activityId: 99 },
    'audit.checkpoint': { classUid: 1008, activityId: 99 },
    'audit.reanchor': { classUid: 1008, activityId: 99 },
    'audit.loss': { classUid: 1008, activityId: 99 },
    'audit.http.*': { classUid: 6003 },
    'audit.erasure': { classUid: 1008, activityId: 99 },
    'audit.prune': { classUid: 1008, activityId: 2 },
    'audit.hold_placed': { classUid: 1008, activityId: 99 },
    'audit.hold_lifted': { classUid: 1008, activityId: 99 },
    'audit.dead_letter_replayed': { classUid: 1008, activityId: 99 },
    'audit.dead_letter_discarded': { classUid: 1008, activityId: 99 },
    'audit.dead_letter': { classUid: 1008, activityId: 99 },
    'audit.destination_failed': { classUid: 1008, activityId: 99 },
    'audit.destination_recovered': { classUid: 1008, activityId: 99 },
    'audit.destination_changed': { classUid: 1008, activityId: 99 },

    'auth.login': { classUid: 3002, activityId: 1 },
    'auth.logout': { classUid: 3002, activityId: 2 },
    'auth.failed': { classUid: 3002, activityId: 1 },
    'auth.token_refresh': { classUid: 3002, activityId: 99 },
    'authz.granted': { classUid: 6003 },
    'authz.denied': { classUid: 6003 },
    'authz.role_change': { classUid: 3005 },
    'deploy.*': { classUid: 6003, activityId: 99 },
    'approval.requested': { classUid: 6003, activityId: 1 },
    'approval.*': { classUid: 6003, activityId: 3 },
    'policy.evaluated': { classUid: 6003, activityId: 99 },
    'policy.created': { classUid: 3004, activityId: 1 },
    'policy.modified': { classUid: 3004, activityId: 3 },
    'policy.deleted': { classUid: 3004, activityId: 4 },
    'capability.enabled': { classUid: 3004, activityId: 8 },
    'capability.disabled': { classUid: 3004, activityId: 9 },
    'capability.degraded': { classUid: 3004, activityId: 99 },
    'config.changed': { classUid: 3004, activityId: 3 },
    'config.accessed': { classUid: 3004, activityId: 2 },
    'system.startup': { classUid: 6002, activityId: 3 },
    'system.shutdown': { classUid: 6002, activityId: 4 },
    'system.error': { classUid: 6008, activityId: 1 },

    API_REQUEST: { classUid: 6003 },
    API_RESPONSE: { classUid: 6003 },
    AUTH_SUCCESS: { classUid: 3002, activityId: 1 },
    AUTH_FAILURE: { classUid: 3002, activityId: 1 },
    RATE_LIMIT_EXCEEDED: { classUid: 6003 },
    SCAM_DETECTED: { classUid: 6003, activityId: 99 },
    INTELLIGENCE_EXTRACTED: { classUid: 6003, activityId: 99 },
    THREAT_ANALYZED: { classUid: 6003, activityId: 99 },
    REPORT_FILED: { classUid: 6003, activityId: 1 },
    UPI_FREEZE_RECOMMENDED: { classUid: 6003, activityId: 99 },
    CALLBACK_SENT: { classUid: 6003, activityId: 99 },
    PERSONA_SELECTED: { classUid: 6003, activityId: 99 },
    CONVERSATION_CREATED: { classUid: 6001, activityId: 1 },
    CONVERSATION_UPDATED: { classUid: 6001, activityId: 3 },
    DATA_EXPORTED: { classUid: 6001, activityId: 7 },

    'authn_login_*': { classUid: 3002, activityId: 1 },
    authn_login_lock: { classUid: 3001, activityId: 9 },
    'authn_password_change*': { classUid: 3001, activityId: 3 },
    authn_impossible_travel: { classUid: 3002, activityId: 99 },
    'authn_token_*': { classUid: 3002, activityId: 99 },
    authz_fail: { classUid: 6003 },
    authz_change: { classUid: 3005 },
    authz_admin: { classUid: 6003 },
    'crypt_*': { classUid: 6003, activityId: 99 },
    'excess_*': { classUid: 6003 },
    upload_complete: { classUid: 6001, activityId: 6 },
    upload_stored: { classUid: 6001, activityId: 1 },
    upload_validation: { classUid: 6001, activityId: 99 },
    upload_delete: { classUid: 6001, activityId: 4 },
    'input_validation_*': { classUid: 6003 },
    'malicious_*': { classUid: 6003 },
    'mcp_*': { classUid: 6003 },
    privilege_permissions_changed: { classUid: 3004, activityId: 3 },
    sensitive_create: { classUid: 6001, activityId: 1 },
    sensitive_read: { classUid: 6001, activityId: 2 },
    sensitive_update: { classUid: 6001, activityId: 3 },
    sensitive_delete: { classUid: 6001, activityId: 4 },
    sequence_fail: { classUid: 6003 },
    session_created: { classUid: 3002, activityId: 1 },
    session_renewed: { classUid: 3002, activityId: 99 },
    session_expired: { classUid: 3002, activityId: 2 },
    session_logout: { classUid: 3002, activityId: 2 },
    session_use_after_expire: { classUid: 3002, activityId: 99 },
    sys_startup: { classUid: 6002, activityId: 3 },
    sys_shutdown: { classUid: 6002, activityId: 4 },
    sys_restart: { classUid: 6002, activityId: 5 },
    sys_crash: { classUid: 6008, activityId: 1 },
    sys_monitor_disabled: { classUid: 3004, activityId: 9 },
    sys_monitor_enabled: { classUid: 3004, activityId: 8 },
    user_created: { classUid: 3001, activityId: 1 },
    user_updated: { classUid: 3001, activityId: 99 },
    user_archived: { classUid: 3001, activityId: 5 },
    user_deleted: { classUid: 3001, activityId: 6 },
  },
  categories: {
    authentication: { classUid: 3002, activityId: 99 },
    session: { classUid: 3002, activityId: 99 },
    'user-management': { classUid: 3001, activityId: 99 },
    policy: { classUid: 3004 },
    configuration: { classUid: 3004 },
    capability: { classUid: 3004 },
    privilege: { classUid: 3004 },
    'sensitive-data': { classUid: 6001 },
    'file-upload': { classUid: 6001 },
    data: { classUid: 6001 },
  },
  otherwise: { classUid: 6003 },
};
