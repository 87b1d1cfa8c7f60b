import type { AuditOutcome, AuditRisk } from '../event/audit-event.js';
import { defineCatalogue } from './define-catalogue.js';
import {
  apiRequestDraft,
  authFailureDraft,
  callbackSentDraft,
  personaSelectedDraft,
  reportFiledDraft,
  scamDetectedDraft,
} from './scam-intelligence-drafts.js';

/** System B took every event for low risk unless its caller said more. */
const LOW = { risk: 'low' } as const;

const unlessSent = (outcome: AuditOutcome): AuditRisk => (outcome === 'success' ? 'low' : 'medium');

/**
 * The event types of system B, a scam honeypot, with its risk levels and the types it always
 * wrote at once. Its convenience methods are the helpers. System B had no severity: the kit's
 * defaults by outcome apply.
 */
export const scamIntelligenceCatalogue = defineCatalogue('scam-intelligence', {
  API_REQUEST: { ...LOW, category: 'api', title: 'API request', helper: apiRequestDraft },
  API_RESPONSE: { ...LOW, category: 'api', title: 'API response' },

  AUTH_SUCCESS: { ...LOW, category: 'security', title: 'Authentication succeeded' },
  AUTH_FAILURE: {
    category: 'security',
    title: 'Authentication failed',
    risk: 'high',
    atLeastRecorded: true,
    helper: authFailureDraft,
  },
  RATE_LIMIT_EXCEEDED: { ...LOW, category: 'security', title: 'Rate limit exceeded', atLeastRecorded: true },

  // The helper raises the risk to high above a confidence of 0.8; medium is the least system B gave.
  SCAM_DETECTED: { category: 'intelligence', title: 'Scam detected', risk: 'medium', helper: scamDetectedDraft },
  INTELLIGENCE_EXTRACTED: { ...LOW, category: 'intelligence', title: 'Intelligence extracted' },
  THREAT_ANALYZED: { ...LOW, category: 'intelligence', title: 'Threat analyzed' },

  REPORT_FILED: {
    category: 'enforcement',
    title: 'Report filed',
    risk: 'high',
    atLeastRecorded: true,
    helper: reportFiledDraft,
  },
  UPI_FREEZE_RECOMMENDED: { ...LOW, category: 'enforcement', title: 'UPI freeze recommended' },
  CALLBACK_SENT: { category: 'enforcement', title: 'Callback sent', risk: unlessSent, helper: callbackSentDraft },
  PERSONA_SELECTED: { ...LOW, category: 'enforcement', title: 'Persona selected', helper: personaSelectedDraft },

  CONVERSATION_CREATED: { ...LOW, category: 'data', title: 'Conversation created' },
  CONVERSATION_UPDATED: { ...LOW, category: 'data', title: 'Conversation updated' },
  DATA_EXPORTED: { ...LOW, category: 'data', title: 'Data exported' },
});
