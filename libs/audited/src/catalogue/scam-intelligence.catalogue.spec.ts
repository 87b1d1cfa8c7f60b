import type { AuditOutcome } from '../event/audit-event.js';
import { catalogueHelpers } from './catalogue-drafts.js';
import { EventClassifier } from './event-classifier.js';
import { scamIntelligenceCatalogue } from './scam-intelligence.catalogue.js';

const classifier = new EventClassifier([scamIntelligenceCatalogue]);
const helpers = catalogueHelpers(scamIntelligenceCatalogue);

describe('scamIntelligenceCatalogue', () => {
  it('has exactly the types of system B', () => {
    expect(Object.keys(scamIntelligenceCatalogue.types)).toEqual([
      'API_REQUEST',
      'API_RESPONSE',
      'AUTH_SUCCESS',
      'AUTH_FAILURE',
      'RATE_LIMIT_EXCEEDED',
      'SCAM_DETECTED',
      'INTELLIGENCE_EXTRACTED',
      'THREAT_ANALYZED',
      'REPORT_FILED',
      'UPI_FREEZE_RECOMMENDED',
      'CALLBACK_SENT',
      'PERSONA_SELECTED',
      'CONVERSATION_CREATED',
      'CONVERSATION_UPDATED',
      'DATA_EXPORTED',
    ]);
  });

  it('always records the types that system B wrote at once', () => {
    const always = Object.entries(scamIntelligenceCatalogue.types).filter(
      ([, definition]) => 'atLeastRecorded' in definition && definition.atLeastRecorded,
    );
    expect(always.map(([type]) => type)).toEqual(['AUTH_FAILURE', 'RATE_LIMIT_EXCEEDED', 'REPORT_FILED']);
  });

  it.each([
    ['AUTH_FAILURE', 'denied', 'high'],
    ['REPORT_FILED', 'success', 'high'],
    ['SCAM_DETECTED', 'success', 'medium'],
    ['CALLBACK_SENT', 'success', 'low'],
    ['CALLBACK_SENT', 'failure', 'medium'],
    ['RATE_LIMIT_EXCEEDED', 'denied', 'low'],
    ['API_REQUEST', 'success', 'low'],
    ['DATA_EXPORTED', 'success', 'low'],
  ] as const)('gives %s with outcome %s the risk %s', (type, outcome: AuditOutcome, risk) => {
    expect(classifier.classify(type, outcome).risk).toBe(risk);
  });
});

describe('helpers of scamIntelligenceCatalogue', () => {
  it('log an API request by the fingerprint of its key', () => {
    const request = { endpoint: '/v1/analyze', method: 'POST', ip: '192.0.2.7' };
    expect(helpers.apiRequest({ ...request, apiKeyFingerprint: 'key:5f2c', sessionId: 's-1' })).toEqual({
      type: 'API_REQUEST',
      action: 'POST /v1/analyze',
      outcome: 'pending',
      actor: { kind: 'service', id: 'key:5f2c', ip: '192.0.2.7' },
      resource: { type: 'endpoint', id: '/v1/analyze' },
      sessionId: 's-1',
      details: { method: 'POST' },
    });
    expect(helpers.apiRequest({ ...request, outcome: 'success' })).toMatchObject({
      actor: { kind: 'anonymous', ip: '192.0.2.7' },
      outcome: 'success',
    });
  });

  it('log an authentication failure as denied to somebody unknown', () => {
    expect(helpers.authFailure({ endpoint: '/v1/analyze', ip: '192.0.2.7', reason: 'expired key' })).toEqual({
      type: 'AUTH_FAILURE',
      action: 'Authentication failed',
      outcome: 'denied',
      actor: { kind: 'unknown', ip: '192.0.2.7' },
      resource: { type: 'endpoint', id: '/v1/analyze' },
      details: { reason: 'expired key' },
    });
  });

  it('log a detected scam with the number of findings, never the findings', () => {
    const draft = helpers.scamDetected({
      sessionId: 's-1',
      scamType: 'phishing',
      confidence: 0.93,
      intelligence: { phones: ['+91 98765 43210', '+91 98765 43211'], links: ['http://bad.test'], note: 'not a list' },
      ip: '192.0.2.7',
    });
    expect(draft).toEqual({
      type: 'SCAM_DETECTED',
      action: 'Detected phishing scam',
      outcome: 'success',
      risk: 'high',
      actor: { kind: 'service', id: 'scam_detector', ip: '192.0.2.7' },
      resource: { type: 'session', id: 's-1' },
      sessionId: 's-1',
      details: { scam_type: 'phishing', confidence: 0.93, intel_count: 3 },
    });
  });

  it.each([
    [0.81, 'high'],
    [0.8, 'medium'],
    [0, 'medium'],
    [Number.NaN, 'medium'],
  ])('rate a scam detected with confidence %d as %s', (confidence, risk) => {
    const facts = { sessionId: 's-1', scamType: 'phishing', confidence, intelligence: {} };
    expect(helpers.scamDetected(facts).risk).toBe(risk);
  });

  it('log a selected persona, with the vulnerability that system B assumed', () => {
    const facts = { sessionId: 's-1', personaKey: 'elder', personaName: 'Asha', reasoning: 'asks for UPI' };
    expect(helpers.personaSelected(facts)).toEqual({
      type: 'PERSONA_SELECTED',
      action: 'Selected persona Asha',
      outcome: 'success',
      actor: { kind: 'service', id: 'persona_engine' },
      resource: { type: 'persona', id: 'elder', name: 'Asha' },
      sessionId: 's-1',
      details: {
        persona_key: 'elder',
        persona_name: 'Asha',
        reasoning: 'asks for UPI',
        vulnerability_score: 0.5,
      },
    });
    expect(helpers.personaSelected({ ...facts, vulnerabilityScore: 0.9 }).details).toMatchObject({
      vulnerability_score: 0.9,
    });
  });

  it('log a filed report', () => {
    const facts = { reportId: 'r-1', reportType: 'cybercrime', sessionId: 's-1', scamType: 'phishing' };
    expect(helpers.reportFiled(facts)).toEqual({
      type: 'REPORT_FILED',
      action: 'Filed cybercrime report',
      outcome: 'success',
      actor: { kind: 'service', id: 'enforcement_api' },
      resource: { type: 'report', id: 'r-1' },
      sessionId: 's-1',
      details: { report_id: 'r-1', report_type: 'cybercrime', scam_type: 'phishing' },
    });
  });

  it.each([
    [true, 'success', 'Callback to police: success'],
    [false, 'failure', 'Callback to police: failed'],
  ])('log a callback whose success was %s as %s', (success, outcome, action) => {
    expect(helpers.callbackSent({ sessionId: 's-1', success, target: 'police' })).toEqual({
      type: 'CALLBACK_SENT',
      action,
      outcome,
      actor: { kind: 'service', id: 'callback_client' },
      resource: { type: 'callback', id: 'police' },
      sessionId: 's-1',
      details: { success, target: 'police' },
    });
  });

  it('survive facts that lie about their type', () => {
    const facts = { sessionId: 's-1', scamType: 'phishing', confidence: 1, intelligence: undefined };
    expect(helpers.scamDetected(facts as never)).toMatchObject({ type: 'SCAM_DETECTED' });
  });
});
