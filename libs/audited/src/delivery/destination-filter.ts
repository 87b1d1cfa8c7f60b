import { type AuditOutcome, type AuditRisk, type AuditSeverity } from '../event/audit-event.js';
import type { AuditRecord } from '../event/audit-record.js';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkOneOf, checkShape, checkText } from '../event/option-checks.js';

/** Which events a destination gets. All that is given must match; within a list, one is enough. */
export interface DestinationFilter {
  /**
   * Event types, or beginnings: `deploy.*`. One with `!` before it takes away what the others let in: `!auth.token_*`. A list
   * of nothing but those lets everything else in.
   */
  readonly types?: readonly string[];
  readonly minSeverity?: AuditSeverity;
  readonly minRisk?: AuditRisk;
  readonly outcomes?: readonly AuditOutcome[];
  /** Tenants of the actor. */
  readonly tenants?: readonly string[];
  /** Values of `dataClassification`; `null` stands for events without one. */
  readonly classifications?: readonly (string | null)[];
  readonly chains?: readonly string[];
  /** Anything else. When it throws, the event is sent: better one too many than one too few. */
  readonly where?: (record: AuditRecord) => boolean;
}

/** Says whether a record goes to a destination. Never throws. */
export type RecordFilter = (record: AuditRecord) => boolean;

/** The log's own witness statements: they go everywhere, so that what is kept elsewhere can be checked with them. */
const CHECKPOINT_TYPE = 'audit.checkpoint';
const SEVERITIES: readonly AuditSeverity[] = ['debug', 'info', 'warning', 'error', 'critical'];
const RISKS: readonly AuditRisk[] = ['low', 'medium', 'high', 'critical'];
const OUTCOMES: readonly AuditOutcome[] = ['success', 'failure', 'denied', 'pending', 'unknown'];
const TYPE = /^!?(?:[A-Za-z0-9._:-]{1,128}|[A-Za-z0-9._:-]{0,127}\*)$/;
const NAMES = ['types', 'minSeverity', 'minRisk', 'outcomes', 'tenants', 'classifications', 'chains', 'where'];

/** @throws OptionsInvalidError naming the option and the cure */
export function recordFilter(option: string, given: DestinationFilter = {}): RecordFilter {
  checkShape(option, given, NAMES);
  const { types, minSeverity, minRisk, outcomes, tenants, classifications, chains, where } = given;
  const tests: RecordFilter[] = [];
  if (types !== undefined) {
    tests.push(typeFilter(`${option}.types`, types));
  }
  if (minSeverity !== undefined) {
    checkOneOf(`${option}.minSeverity`, minSeverity, SEVERITIES);
    const allowed = new Set(SEVERITIES.slice(SEVERITIES.indexOf(minSeverity)));
    tests.push(({ event }) => allowed.has(event.severity));
  }
  if (minRisk !== undefined) {
    checkOneOf(`${option}.minRisk`, minRisk, RISKS);
    const allowed = new Set(RISKS.slice(RISKS.indexOf(minRisk)));
    tests.push(({ event }) => allowed.has(event.risk));
  }
  if (outcomes !== undefined) {
    listOf(`${option}.outcomes`, outcomes).forEach((outcome) => checkOneOf(`${option}.outcomes`, outcome, OUTCOMES));
    tests.push(({ event }) => outcomes.includes(event.outcome));
  }
  if (tenants !== undefined) {
    const allowed = textsOf(`${option}.tenants`, tenants);
    tests.push(({ event }) => allowed.has(event.actor.tenantId ?? ''));
  }
  if (classifications !== undefined) {
    const allowed = new Set<unknown>(listOf(`${option}.classifications`, classifications));
    tests.push(({ event }) => allowed.has(event.dataClassification ?? null));
  }
  if (chains !== undefined) {
    const allowed = textsOf(`${option}.chains`, chains);
    tests.push(({ seal }) => allowed.has(seal.chain));
  }
  if (where !== undefined) {
    if (typeof where !== 'function') {
      throw new OptionsInvalidError(`${option}.where`, 'must be a function', 'Give (record) => boolean.');
    }
    tests.push((record) => sentInDoubt(where, record));
  }
  return (record) => record.event.type === CHECKPOINT_TYPE || tests.every((matches) => matches(record));
}

function typeFilter(option: string, given: readonly string[]): RecordFilter {
  const patterns = [...textsOf(option, given)];
  const wrong = patterns.find((pattern) => !TYPE.test(pattern));
  if (wrong !== undefined) {
    throw new OptionsInvalidError(
      option,
      `holds ${JSON.stringify(wrong)}`,
      'Give event types, or beginnings with one "*" at their end, with "!" before what is left out.',
    );
  }
  const refused = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => typeTest(pattern.slice(1)));
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!')).map(typeTest);
  return ({ event: { type } }) =>
    (allowed.length === 0 || allowed.some((matches) => matches(type))) && !refused.some((matches) => matches(type));
}

function typeTest(pattern: string): (type: string) => boolean {
  const beginning = pattern.slice(0, -1);
  return pattern.endsWith('*') ? (type) => type.startsWith(beginning) : (type) => type === pattern;
}

function sentInDoubt(where: (record: AuditRecord) => boolean, record: AuditRecord): boolean {
  try {
    return where(record);
  } catch {
    // Deliberately silent: the documentation says that the event is sent then, and so it is.
    return true;
  }
}

function textsOf(option: string, given: readonly string[]): ReadonlySet<string> {
  const texts = listOf(option, given);
  texts.forEach((text) => checkText(option, text));
  return new Set(texts);
}

function listOf<Item>(option: string, given: readonly Item[]): readonly Item[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new OptionsInvalidError(option, 'must be a list with something in it', 'Leave it out to let everything in.');
  }
  return given as readonly Item[];
}
