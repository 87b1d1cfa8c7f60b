import type { AuditOutcome, AuditSeverity } from '../event/audit-event.js';
import { defineCatalogue } from './define-catalogue.js';

/**
 * System A's rule for every type without a rule of its own. It knew no `denied`: it recorded a
 * refusal as a failure, so a refusal has the severity of a failure here.
 */
const ordinary = (outcome: AuditOutcome): AuditSeverity =>
  outcome === 'failure' || outcome === 'denied' ? 'error' : 'info';

/** System A's rule for errors and refused access: remarkable even when the action itself succeeded. */
const alarming = (outcome: AuditOutcome): AuditSeverity => (outcome === 'success' ? 'warning' : 'error');

const ORDINARY = { severity: ordinary, dataClassification: 'internal' } as const;
const ALARMING = { severity: alarming, risk: 'medium', dataClassification: 'internal' } as const;
/** A change of who may do what: always a warning, as in system A. Risk is the kit's, system A had none. */
const SECURITY_CHANGE = { severity: 'warning', risk: 'high', dataClassification: 'internal' } as const;

/** The event types of system A, a deployment agent, with exactly its severity table. */
export const deploymentCatalogue = defineCatalogue('deployment', {
  'auth.login': { ...ORDINARY, category: 'authentication', title: 'Logged in' },
  'auth.logout': { ...ORDINARY, category: 'authentication', title: 'Logged out' },
  'auth.failed': { ...ALARMING, category: 'authentication', title: 'Authentication failed' },
  'auth.token_refresh': { ...ORDINARY, category: 'authentication', title: 'Token refreshed' },

  'authz.granted': { ...ORDINARY, category: 'authorization', title: 'Access granted' },
  'authz.denied': { ...ALARMING, category: 'authorization', title: 'Access denied' },
  'authz.role_change': { ...SECURITY_CHANGE, category: 'authorization', title: 'Role changed' },

  'deploy.initiated': { ...ORDINARY, category: 'deployment', title: 'Deployment initiated' },
  'deploy.validated': { ...ORDINARY, category: 'deployment', title: 'Deployment validated' },
  'deploy.started': { ...ORDINARY, category: 'deployment', title: 'Deployment started' },
  'deploy.completed': { ...ORDINARY, category: 'deployment', title: 'Deployment completed' },
  'deploy.failed': { ...ORDINARY, category: 'deployment', title: 'Deployment failed', severity: 'error' },
  'deploy.rolled_back': { ...ORDINARY, category: 'deployment', title: 'Deployment rolled back' },

  'approval.requested': { ...ORDINARY, category: 'approval', title: 'Approval requested' },
  'approval.granted': { ...ORDINARY, category: 'approval', title: 'Approval granted' },
  'approval.denied': { ...ORDINARY, category: 'approval', title: 'Approval denied' },
  'approval.expired': { ...ORDINARY, category: 'approval', title: 'Approval expired' },
  'approval.cancelled': { ...ORDINARY, category: 'approval', title: 'Approval cancelled' },

  'policy.evaluated': { ...ORDINARY, category: 'policy', title: 'Policy evaluated' },
  'policy.created': { ...ORDINARY, category: 'policy', title: 'Policy created' },
  'policy.modified': { ...SECURITY_CHANGE, category: 'policy', title: 'Policy modified' },
  'policy.deleted': { ...SECURITY_CHANGE, category: 'policy', title: 'Policy deleted' },

  'capability.enabled': { ...ORDINARY, category: 'capability', title: 'Capability enabled' },
  'capability.disabled': { ...ORDINARY, category: 'capability', title: 'Capability disabled' },
  'capability.degraded': { ...ORDINARY, category: 'capability', title: 'Capability degraded' },

  'config.changed': { ...ORDINARY, category: 'configuration', title: 'Configuration changed' },
  'config.accessed': { ...ORDINARY, category: 'configuration', title: 'Configuration read' },

  'system.startup': { ...ORDINARY, category: 'system', title: 'System started' },
  'system.shutdown': { ...ORDINARY, category: 'system', title: 'System shut down' },
  'system.error': { ...ALARMING, category: 'system', title: 'System error' },
});
