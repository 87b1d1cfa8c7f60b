import type { AuditOutcome, AuditRisk, AuditSeverity } from '../event/audit-event.js';
import { defineCatalogue } from './define-catalogue.js';

// Levels are the vocabulary's, whatever the outcome. Risk is the kit's: it follows the level.
const INFO = { severity: 'info', risk: 'low' } as const;
const WARN = { severity: 'warning', risk: 'medium' } as const;
const CRITICAL = { severity: 'critical', risk: 'high' } as const;

const refused = (outcome: AuditOutcome): boolean => outcome === 'failure' || outcome === 'denied';
/** The one entry with two levels: information when the check passed, critical when it did not. */
const BY_RESULT = {
  severity: (outcome: AuditOutcome): AuditSeverity => (refused(outcome) ? 'critical' : 'info'),
  risk: (outcome: AuditOutcome): AuditRisk => (refused(outcome) ? 'high' : 'low'),
} as const;

/**
 * The OWASP Application Logging Vocabulary: its event names with its levels.
 * The parameters it writes after a colon (`authn_login_fail:userid`) belong in actor, resource and
 * details, never in the type.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html
 */
export const owaspCatalogue = defineCatalogue('owasp', {
  authn_login_success: { ...INFO, category: 'authentication', title: 'Logged in' },
  authn_login_successafterfail: { ...INFO, category: 'authentication', title: 'Logged in after failed attempts' },
  authn_login_fail: { ...WARN, category: 'authentication', title: 'Login failed' },
  authn_login_fail_max: { ...WARN, category: 'authentication', title: 'Login failure limit reached' },
  authn_login_lock: { ...WARN, category: 'authentication', title: 'Account locked' },
  authn_password_change: { ...INFO, category: 'authentication', title: 'Password changed' },
  authn_password_change_fail: { ...CRITICAL, category: 'authentication', title: 'Password change failed' },
  authn_impossible_travel: {
    ...CRITICAL,
    category: 'authentication',
    title: 'Access from two distant places at once',
    personal: ['/details/region1', '/details/region2'],
  },
  authn_token_created: { ...INFO, category: 'authentication', title: 'Token created' },
  authn_token_revoked: { ...INFO, category: 'authentication', title: 'Token revoked' },
  authn_token_reuse: { ...CRITICAL, category: 'authentication', title: 'Revoked token used again' },
  authn_token_delete: { ...WARN, category: 'authentication', title: 'Token deleted' },

  authz_fail: { ...CRITICAL, category: 'authorization', title: 'Access without entitlement attempted' },
  authz_change: { ...WARN, category: 'authorization', title: 'Entitlements changed' },
  authz_admin: { ...WARN, category: 'authorization', title: 'Privileged activity' },

  crypt_decrypt_fail: { ...WARN, category: 'encryption', title: 'Decryption failed' },
  crypt_encrypt_fail: { ...WARN, category: 'encryption', title: 'Encryption failed' },

  excess_rate_limit_exceeded: { ...WARN, category: 'excessive-use', title: 'Rate limit exceeded' },
  excess_sessions_exceeded: { ...WARN, category: 'excessive-use', title: 'Too many concurrent sessions' },

  upload_complete: { ...INFO, category: 'file-upload', title: 'Upload completed' },
  upload_stored: { ...INFO, category: 'file-upload', title: 'Upload stored' },
  upload_validation: { ...BY_RESULT, category: 'file-upload', title: 'Upload validated' },
  upload_delete: { ...INFO, category: 'file-upload', title: 'Upload deleted' },

  input_validation_fail: { ...WARN, category: 'input-validation', title: 'Input validation failed' },
  input_validation_discrete_fail: { ...WARN, category: 'input-validation', title: 'Value outside the offered choices' },

  malicious_excess_404: { ...WARN, category: 'malicious-behavior', title: 'Many requests for missing pages' },
  malicious_extraneous: { ...CRITICAL, category: 'malicious-behavior', title: 'Unexpected input submitted' },
  malicious_attack_tool: { ...CRITICAL, category: 'malicious-behavior', title: 'Attack tool recognised' },
  malicious_sqli: { ...CRITICAL, category: 'malicious-behavior', title: 'SQL injection suspected' },
  malicious_cors: { ...CRITICAL, category: 'malicious-behavior', title: 'Illegal cross-origin request' },
  malicious_direct_reference: { ...CRITICAL, category: 'malicious-behavior', title: 'Direct object access attempted' },
  malicious_csrf: { ...WARN, category: 'malicious-behavior', title: 'Cross-site request forgery suspected' },
  malicious_csp_violation: { ...WARN, category: 'malicious-behavior', title: 'Content security policy violated' },

  mcp_prompt_injection: { ...WARN, category: 'mcp', title: 'Prompt injection suspected' },
  mcp_resource_exhaustion: { ...WARN, category: 'mcp', title: 'Resource exhaustion suspected' },
  mcp_tool_poisoning: { ...WARN, category: 'mcp', title: 'Tampered tool suspected' },

  privilege_permissions_changed: { ...WARN, category: 'privilege', title: 'Permissions of an object changed' },

  sensitive_create: { ...WARN, category: 'sensitive-data', title: 'Sensitive data created' },
  sensitive_read: { ...WARN, category: 'sensitive-data', title: 'Sensitive data read' },
  sensitive_update: { ...WARN, category: 'sensitive-data', title: 'Sensitive data updated' },
  sensitive_delete: { ...WARN, category: 'sensitive-data', title: 'Sensitive data deleted' },

  sequence_fail: { ...CRITICAL, category: 'sequence', title: 'Step reached out of sequence' },

  session_created: { ...INFO, category: 'session', title: 'Session created' },
  session_renewed: { ...INFO, category: 'session', title: 'Session renewed' },
  session_expired: { ...INFO, category: 'session', title: 'Session expired' },
  session_logout: { ...INFO, category: 'session', title: 'Logged out' },
  session_use_after_expire: { ...CRITICAL, category: 'session', title: 'Expired session used' },

  sys_startup: { ...WARN, category: 'system', title: 'System started' },
  sys_shutdown: { ...WARN, category: 'system', title: 'System shut down' },
  sys_restart: { ...WARN, category: 'system', title: 'System restarted' },
  sys_crash: { ...WARN, category: 'system', title: 'System crashed' },
  sys_monitor_disabled: { ...WARN, category: 'system', title: 'Monitor disabled' },
  sys_monitor_enabled: { ...WARN, category: 'system', title: 'Monitor enabled' },

  user_created: { ...WARN, category: 'user-management', title: 'User created' },
  user_updated: { ...WARN, category: 'user-management', title: 'User updated' },
  user_archived: { ...WARN, category: 'user-management', title: 'User archived' },
  user_deleted: { ...WARN, category: 'user-management', title: 'User deleted' },
});
