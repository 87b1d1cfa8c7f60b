import type { AuditOutcome } from '../event/audit-event.js';
import type { DraftFacts } from './event-catalogue.js';

/** An API request as it arrives. */
export interface ApiRequestFacts {
  /** Route pattern or path, without query string. */
  readonly endpoint: string;
  /** HTTP method. */
  readonly method: string;
  /** Client address. */
  readonly ip: string;
  /**
   * Keyed fingerprint of the client's API key, never the key: it becomes the actor's id and is
   * kept for ever. Absent: the actor is anonymous.
   */
  readonly apiKeyFingerprint?: string;
  readonly sessionId?: string;
  /** @default 'pending': the request was accepted and has not been answered yet. */
  readonly outcome?: AuditOutcome;
}

/** A request that was refused because the caller could not prove who it is. */
export interface AuthFailureFacts {
  readonly endpoint: string;
  readonly ip: string;
  /** Which check failed: `expired key`. Never the credential. */
  readonly reason: string;
}

/** A conversation that the detector took for a scam. */
export interface ScamDetectedFacts {
  readonly sessionId: string;
  /** Kind of scam: `phishing`. */
  readonly scamType: string;
  /** 0 to 1; above 0.8 the risk is high, otherwise medium. */
  readonly confidence: number;
  /** What was extracted, as lists by kind. Only the number of items is recorded, never the items. */
  readonly intelligence: Readonly<Record<string, unknown>>;
  /** Address of the suspected scammer's client. */
  readonly ip?: string;
}

/** A persona that the engine chose to answer with. */
export interface PersonaSelectedFacts {
  readonly sessionId: string;
  readonly personaKey: string;
  readonly personaName: string;
  readonly reasoning: string;
  /** 0 to 1. @default 0.5 */
  readonly vulnerabilityScore?: number;
}

/** A report to law enforcement. */
export interface ReportFiledFacts {
  readonly reportId: string;
  readonly reportType: string;
  readonly sessionId: string;
  readonly scamType: string;
}

/** A result that was, or could not be, sent to an external system. */
export interface CallbackSentFacts {
  readonly sessionId: string;
  readonly success: boolean;
  /** Name of the external system. */
  readonly target: string;
}

export function apiRequestDraft(facts: ApiRequestFacts): DraftFacts {
  const { apiKeyFingerprint, endpoint, ip, method, sessionId } = facts;
  return {
    action: `${method} ${endpoint}`,
    outcome: facts.outcome ?? 'pending',
    actor: apiKeyFingerprint === undefined ? { kind: 'anonymous', ip } : { kind: 'service', id: apiKeyFingerprint, ip },
    resource: { type: 'endpoint', id: endpoint },
    details: { method },
    ...(sessionId !== undefined && { sessionId }),
  };
}

export function authFailureDraft({ endpoint, ip, reason }: AuthFailureFacts): DraftFacts {
  return {
    action: 'Authentication failed',
    outcome: 'denied',
    actor: { kind: 'unknown', ip },
    resource: { type: 'endpoint', id: endpoint },
    details: { reason },
  };
}

export function scamDetectedDraft(facts: ScamDetectedFacts): DraftFacts {
  const { confidence, intelligence, ip, scamType, sessionId } = facts;
  const lists = Object.values(intelligence).filter((value) => Array.isArray(value));
  return {
    action: `Detected ${scamType} scam`,
    outcome: 'success',
    risk: confidence > 0.8 ? 'high' : 'medium',
    actor: { kind: 'service', id: 'scam_detector', ...(ip !== undefined && { ip }) },
    resource: { type: 'session', id: sessionId },
    sessionId,
    details: {
      scam_type: scamType,
      confidence,
      intel_count: lists.reduce((count, list) => count + list.length, 0),
    },
  };
}

export function personaSelectedDraft(facts: PersonaSelectedFacts): DraftFacts {
  const { personaKey, personaName, reasoning, sessionId, vulnerabilityScore = 0.5 } = facts;
  return {
    action: `Selected persona ${personaName}`,
    outcome: 'success',
    actor: { kind: 'service', id: 'persona_engine' },
    resource: { type: 'persona', id: personaKey, name: personaName },
    sessionId,
    details: {
      persona_key: personaKey,
      persona_name: personaName,
      reasoning,
      vulnerability_score: vulnerabilityScore,
    },
  };
}

export function reportFiledDraft({ reportId, reportType, scamType, sessionId }: ReportFiledFacts): DraftFacts {
  return {
    action: `Filed ${reportType} report`,
    outcome: 'success',
    actor: { kind: 'service', id: 'enforcement_api' },
    resource: { type: 'report', id: reportId },
    sessionId,
    details: { report_id: reportId, report_type: reportType, scam_type: scamType },
  };
}

export function callbackSentDraft({ sessionId, success, target }: CallbackSentFacts): DraftFacts {
  return {
    action: `Callback to ${target}: ${success ? 'success' : 'failed'}`,
    outcome: success ? 'success' : 'failure',
    actor: { kind: 'service', id: 'callback_client' },
    resource: { type: 'callback', id: target },
    sessionId,
    details: { success, target },
  };
}
