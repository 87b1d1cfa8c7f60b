import type { AuditActorKind, AuditOutcome, AuditRisk, AuditSeverity, AuditStage } from '../../event/audit-event.js';

/**
 * The closed lists of an event. What a caller gives is checked against them, whatever its type says:
 * searches, rules and the canonical text rely on these words.
 */
const OUTCOMES = wordsOf<AuditOutcome>({ success: 1, failure: 1, denied: 1, pending: 1, unknown: 1 });
const SEVERITIES = wordsOf<AuditSeverity>({ debug: 1, info: 1, warning: 1, error: 1, critical: 1 });
const RISKS = wordsOf<AuditRisk>({ low: 1, medium: 1, high: 1, critical: 1 });
const STAGES = wordsOf<AuditStage>({ intent: 1, outcome: 1 });
const ACTOR_KINDS = wordsOf<AuditActorKind>({ user: 1, service: 1, system: 1, anonymous: 1, unknown: 1 });

/** Words that outcomes can be searched by. */
export const OUTCOME_WORDS: readonly string[] = [...OUTCOMES.values()];
/** Words that severities can be searched by. */
export const SEVERITY_WORDS: readonly string[] = [...SEVERITIES.values()];

const TRACE_ID = /^[0-9a-f]{32}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;
const ONLY_ZEROS = /^0+$/;

/**
 * When the caller says nothing: `pending` for an intent, which nothing has come of yet, otherwise `success`. `unknown`
 * when it says what nobody understands.
 */
export function outcomeWord(given: unknown, stage: AuditStage): AuditOutcome {
  if (given === undefined || given === null) return stage === 'intent' ? 'pending' : 'success';
  return OUTCOMES.get(given) ?? 'unknown';
}

/** `undefined` for what is no severity: then the catalogue's counts. */
export function severityWord(given: unknown): AuditSeverity | undefined {
  return SEVERITIES.get(given);
}

/** `undefined` for what is no risk: then the catalogue's counts. */
export function riskWord(given: unknown): AuditRisk | undefined {
  return RISKS.get(given);
}

export function stageWord(given: unknown): AuditStage {
  return STAGES.get(given) ?? 'outcome';
}

export function actorKindWord(given: unknown): AuditActorKind {
  return ACTOR_KINDS.get(given) ?? 'unknown';
}

/** A W3C trace id in lower case; `undefined` for anything else, also for the all-zero one, which means "none". */
export function traceIdText(given: unknown): string | undefined {
  return hexText(given, TRACE_ID);
}

/** A W3C span id in lower case; `undefined` for anything else. */
export function spanIdText(given: unknown): string | undefined {
  return hexText(given, SPAN_ID);
}

function hexText(given: unknown, form: RegExp): string | undefined {
  return typeof given === 'string' && form.test(given) && !ONLY_ZEROS.test(given) ? given.toLowerCase() : undefined;
}

/** The type of the argument makes a missing word fail to compile. */
function wordsOf<Word extends string>(words: Readonly<Record<Word, 1>>): ReadonlyMap<unknown, Word> {
  return new Map(Object.keys(words).map((word) => [word, word as Word]));
}
