import type { AuditOutcome, AuditRisk, AuditSeverity } from '../event/audit-event.js';
import { defineCatalogue } from './define-catalogue.js';

/** An act on the trail itself that an auditor will ask about: remarkable however it ended, never lost. */
const CUSTODY = { category: 'custody', severity: 'warning', risk: 'high', atLeastRecorded: true } as const;

/** A proof that fails means the trail, or its keys, cannot be trusted; one that merely succeeds is routine. */
const PROOF = {
  category: 'integrity',
  severity: (outcome: AuditOutcome): AuditSeverity => (outcome === 'failure' ? 'critical' : 'info'),
  risk: (outcome: AuditOutcome): AuditRisk => (outcome === 'failure' ? 'critical' : 'low'),
} as const;

/** The kit's own events: the audit trail audits itself. Applications need not declare them. */
export const auditCatalogue = defineCatalogue('audit', {
  'audit.started': { category: 'lifecycle', title: 'Audit trail started', severity: 'info', atLeastRecorded: true },
  'audit.stopped': {
    category: 'lifecycle',
    title: 'Audit trail stopped',
    severity: 'warning',
    risk: 'medium',
    atLeastRecorded: true,
  },
  'audit.config_changed': { ...CUSTODY, title: 'Audit configuration changed' },

  'audit.read': { category: 'access', title: 'Audit trail read' },
  'audit.export': { category: 'access', title: 'Audit trail exported', risk: 'medium', atLeastRecorded: true },
  'audit.denied': {
    category: 'access',
    title: 'Access to the audit trail denied',
    severity: 'warning',
    risk: 'high',
    atLeastRecorded: true,
  },

  'audit.verify': { ...PROOF, title: 'Audit trail verified', atLeastRecorded: true },
  'audit.checkpoint': { ...PROOF, title: 'Checkpoint signed' },
  'audit.reanchor': {
    category: 'integrity',
    title: 'Chain re-anchored',
    severity: 'critical',
    risk: 'critical',
    atLeastRecorded: true,
  },
  'audit.loss': {
    category: 'integrity',
    title: 'Audit events lost',
    severity: 'critical',
    risk: 'critical',
    atLeastRecorded: true,
  },

  // A scanner can cause thousands of these: they must not slow the trail down, so no durability of their own.
  'audit.http.unmatched': { category: 'http', title: 'No route matched', severity: 'warning', risk: 'low' },
  'audit.http.malformed': { category: 'http', title: 'Request could not be read', severity: 'warning', risk: 'medium' },
  'audit.http.rate_limited': { category: 'http', title: 'Rate limit exceeded', severity: 'warning', risk: 'medium' },

  'audit.erasure': { ...CUSTODY, title: 'Personal data erased' },
  'audit.prune': { ...CUSTODY, title: 'Records pruned by retention' },
  'audit.hold_placed': { ...CUSTODY, title: 'Legal hold placed' },
  'audit.hold_lifted': { ...CUSTODY, title: 'Legal hold lifted' },

  'audit.dead_letter_replayed': { category: 'delivery', title: 'Dead letters replayed', risk: 'medium' },
  'audit.dead_letter_discarded': { ...CUSTODY, category: 'delivery', title: 'Dead letters discarded' },
  // A log that reaches nobody else is half a log: PCI DSS 10.7 wants such failures noticed and answered.
  'audit.destination_failed': {
    category: 'delivery',
    title: 'Destination failed',
    severity: 'error',
    risk: 'high',
    atLeastRecorded: true,
  },
  'audit.destination_recovered': { category: 'delivery', title: 'Destination recovered', atLeastRecorded: true },
  'audit.dead_letter': {
    category: 'delivery',
    title: 'Events not delivered',
    severity: 'error',
    risk: 'high',
    atLeastRecorded: true,
  },
  'audit.destination_changed': { ...CUSTODY, category: 'delivery', title: 'Destination changed' },
});
