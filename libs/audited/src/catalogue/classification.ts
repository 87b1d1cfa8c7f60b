import { CatalogueInvalidError } from '../event/audit.error.js';
import type { AuditOutcome, AuditRisk, AuditSeverity } from '../event/audit-event.js';
import type { EventTypeDefinition } from './event-catalogue.js';

/** Everything the classifier knows about one type and outcome. Frozen and shared: do not keep it to change it. */
export interface Classification {
  /** Absent when no declared catalogue knows the type. */
  readonly definition: EventTypeDefinition | undefined;
  readonly severity: AuditSeverity;
  readonly risk: AuditRisk;
}

/** The classification of one type for each outcome. */
export type ClassificationByOutcome = Readonly<Record<AuditOutcome, Classification>>;

const SEVERITIES: readonly AuditSeverity[] = ['debug', 'info', 'warning', 'error', 'critical'];
const RISKS: readonly AuditRisk[] = ['low', 'medium', 'high', 'critical'];

/** Severity of a type that gives none: a failure is an error, a refusal a warning, anything else information. */
export function defaultSeverity(outcome: AuditOutcome): AuditSeverity {
  if (outcome === 'failure') return 'error';
  return outcome === 'denied' ? 'warning' : 'info';
}

/** Risk of a type that gives none: a refused attempt is worth a look (medium), anything else is low. */
export function defaultRisk(outcome: AuditOutcome): AuditRisk {
  return outcome === 'denied' ? 'medium' : 'low';
}

/**
 * Asks a type's rules once per outcome, so that recording only looks the answer up.
 *
 * @throws CatalogueInvalidError when a severity or risk is no known word, or its rule throws.
 */
export function classificationsOf(type: string, definition: EventTypeDefinition | undefined): ClassificationByOutcome {
  const classify = (outcome: AuditOutcome): Classification =>
    Object.freeze({
      definition,
      severity: answer(type, 'severity', definition?.severity ?? defaultSeverity, outcome, SEVERITIES),
      risk: answer(type, 'risk', definition?.risk ?? defaultRisk, outcome, RISKS),
    });
  return Object.freeze({
    success: classify('success'),
    failure: classify('failure'),
    denied: classify('denied'),
    pending: classify('pending'),
    unknown: classify('unknown'),
  });
}

function answer<Word extends string>(
  type: string,
  field: 'severity' | 'risk',
  rule: Word | ((outcome: AuditOutcome) => Word),
  outcome: AuditOutcome,
  words: readonly Word[],
): Word {
  let word: Word;
  try {
    word = typeof rule === 'function' ? rule(outcome) : rule;
  } catch (error) {
    throw new CatalogueInvalidError(
      type,
      `has a ${field} rule that throws for outcome "${outcome}": ${String(error)}`,
      'A rule must answer for every outcome.',
    );
  }
  if (words.includes(word)) return word;
  throw new CatalogueInvalidError(
    type,
    `has the unknown ${field} ${JSON.stringify(word)} for outcome "${outcome}"`,
    `Use one of: ${words.join(', ')}.`,
  );
}
