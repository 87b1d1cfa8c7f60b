import type { AuditOutcome } from '../event/audit-event.js';
import { auditCatalogue } from './audit.catalogue.js';
import { catalogueHelpers } from './catalogue-drafts.js';
import { deploymentCatalogue } from './deployment.catalogue.js';
import type { EventCatalogue } from './event-catalogue.js';
import { EventClassifier } from './event-classifier.js';
import { owaspCatalogue } from './owasp.catalogue.js';
import { scamIntelligenceCatalogue } from './scam-intelligence.catalogue.js';

const SHIPPED: readonly EventCatalogue[] = [
  auditCatalogue,
  deploymentCatalogue,
  owaspCatalogue,
  scamIntelligenceCatalogue,
];
const classifier = new EventClassifier(SHIPPED);

describe.each(SHIPPED.map((catalogue) => [catalogue.name, catalogue] as const))('catalogue %s', (_name, catalogue) => {
  it('gives every type a title and a category', () => {
    const incomplete = Object.entries(catalogue.types).filter(([, { title, category }]) => !title || !category);
    expect(incomplete).toEqual([]);
  });

  it('gives every type a helper method of its own', () => {
    expect(Object.keys(catalogueHelpers(catalogue))).toHaveLength(Object.keys(catalogue.types).length);
  });
});

describe('owaspCatalogue', () => {
  it.each([
    ['authn_login_success', 'success', 'info'],
    ['authn_login_fail', 'denied', 'warning'],
    ['authn_password_change_fail', 'failure', 'critical'],
    ['authn_impossible_travel', 'success', 'critical'],
    ['authn_token_delete', 'success', 'warning'],
    ['authz_fail', 'denied', 'critical'],
    ['excess_rate_limit_exceeded', 'denied', 'warning'],
    ['upload_validation', 'success', 'info'],
    ['upload_validation', 'failure', 'critical'],
    ['malicious_excess_404', 'failure', 'warning'],
    ['malicious_sqli', 'denied', 'critical'],
    ['sequence_fail', 'failure', 'critical'],
    ['session_use_after_expire', 'denied', 'critical'],
    ['sys_crash', 'failure', 'warning'],
    ['user_deleted', 'success', 'warning'],
  ] as const)('gives %s with outcome %s the level %s', (type, outcome: AuditOutcome, severity) => {
    expect(classifier.classify(type, outcome).severity).toBe(severity);
  });

  it('has 57 types and none of the parameters of the vocabulary in a name', () => {
    const names = Object.keys(owaspCatalogue.types);
    expect(names).toHaveLength(57);
    expect(names.filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual([]);
  });
});

describe('auditCatalogue', () => {
  it('lists the events that the kit records about itself', () => {
    expect(Object.keys(auditCatalogue.types).toSorted()).toEqual([
      'audit.checkpoint',
      'audit.config_changed',
      'audit.dead_letter',
      'audit.dead_letter_discarded',
      'audit.dead_letter_replayed',
      'audit.denied',
      'audit.destination_changed',
      'audit.destination_failed',
      'audit.destination_recovered',
      'audit.erasure',
      'audit.export',
      'audit.hold_lifted',
      'audit.hold_placed',
      'audit.http.malformed',
      'audit.http.rate_limited',
      'audit.http.unmatched',
      'audit.loss',
      'audit.prune',
      'audit.read',
      'audit.reanchor',
      'audit.started',
      'audit.stopped',
      'audit.verify',
    ]);
  });

  it.each([
    ['audit.verify', 'success', 'info', 'low'],
    ['audit.verify', 'failure', 'critical', 'critical'],
    ['audit.loss', 'success', 'critical', 'critical'],
    ['audit.read', 'success', 'info', 'low'],
    ['audit.denied', 'denied', 'warning', 'high'],
    ['audit.erasure', 'success', 'warning', 'high'],
    ['audit.http.unmatched', 'failure', 'warning', 'low'],
  ] as const)('gives %s with outcome %s severity %s and risk %s', (type, outcome: AuditOutcome, severity, risk) => {
    expect(classifier.classify(type, outcome)).toMatchObject({ severity, risk });
  });
});
