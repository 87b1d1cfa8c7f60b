import type { AuditOutcome, AuditSeverity } from '../event/audit-event.js';
import { deploymentCatalogue } from './deployment.catalogue.js';
import { EventClassifier } from './event-classifier.js';

/** System A's table, written out: success, failure, pending, unknown; then `denied`, which it did not know. */
type Row = readonly [AuditSeverity, AuditSeverity, AuditSeverity, AuditSeverity, AuditSeverity];
const ORDINARY: Row = ['info', 'error', 'info', 'info', 'error'];
const ALARMING: Row = ['warning', 'error', 'error', 'error', 'error'];
const ALWAYS_WARNING: Row = ['warning', 'warning', 'warning', 'warning', 'warning'];
const ALWAYS_ERROR: Row = ['error', 'error', 'error', 'error', 'error'];
const OUTCOMES: readonly AuditOutcome[] = ['success', 'failure', 'pending', 'unknown', 'denied'];

const TABLE: Readonly<Record<string, Row>> = {
  'auth.login': ORDINARY,
  'auth.logout': ORDINARY,
  'auth.failed': ALARMING,
  'auth.token_refresh': ORDINARY,
  'authz.granted': ORDINARY,
  'authz.denied': ALARMING,
  'authz.role_change': ALWAYS_WARNING,
  'deploy.initiated': ORDINARY,
  'deploy.validated': ORDINARY,
  'deploy.started': ORDINARY,
  'deploy.completed': ORDINARY,
  'deploy.failed': ALWAYS_ERROR,
  'deploy.rolled_back': ORDINARY,
  'approval.requested': ORDINARY,
  'approval.granted': ORDINARY,
  'approval.denied': ORDINARY,
  'approval.expired': ORDINARY,
  'approval.cancelled': ORDINARY,
  'policy.evaluated': ORDINARY,
  'policy.created': ORDINARY,
  'policy.modified': ALWAYS_WARNING,
  'policy.deleted': ALWAYS_WARNING,
  'capability.enabled': ORDINARY,
  'capability.disabled': ORDINARY,
  'capability.degraded': ORDINARY,
  'config.changed': ORDINARY,
  'config.accessed': ORDINARY,
  'system.startup': ORDINARY,
  'system.shutdown': ORDINARY,
  'system.error': ALARMING,
};

describe('deploymentCatalogue', () => {
  const classifier = new EventClassifier([deploymentCatalogue]);

  it('has exactly the types of system A, in its eight groups', () => {
    expect(Object.keys(deploymentCatalogue.types)).toEqual(Object.keys(TABLE));
    expect(new Set(Object.values(deploymentCatalogue.types).map(({ category }) => category)).size).toBe(8);
  });

  it.each(Object.entries(TABLE))('gives %s the severity of system A for every outcome', (type, row) => {
    expect(OUTCOMES.map((outcome) => classifier.classify(type, outcome).severity)).toEqual(row);
  });

  it("classifies everything as internal, system A's default", () => {
    expect(Object.values(deploymentCatalogue.types).map((definition) => definition.dataClassification)).toEqual(
      Object.keys(TABLE).map(() => 'internal'),
    );
  });
});
