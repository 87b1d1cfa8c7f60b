import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { DEFAULT_CAPTURE_OPTIONS, type CaptureOptions } from './capture/capture.options.js';
import type { EventCatalogue } from './catalogue/event-catalogue.js';
import type { AuditOrigin } from './event/audit-event.js';
import { OptionsInvalidError } from './event/audit.error.js';
import { checkFlag, checkOneOf, checkShape, checkText, checkWhole } from './event/option-checks.js';
import { DURABILITIES, type AuditDurability } from './event/durability.js';
import type { GroupCommitLimits } from './recording/group-commit.js';
import type { RedactionOptions } from './redaction/redaction.options.js';

/** Options of `AuditModule`. Everything has a default; an empty object is a working audit trail. */
export interface AuditModuleOptions {
  /** Path of the embedded SQLite file; its folder is made. `:memory:` for tests. @default 'audit.sqlite' */
  readonly database?: string;
  /** Where events come from. Host and instance id are filled in. */
  readonly origin?: AuditOrigin;
  /** Catalogues of event types besides the kit's own `audit.*`. */
  readonly catalogues?: readonly EventCatalogue[];
  /** What an answer waits for, unless its route says otherwise. @default 'recorded' */
  readonly durability?: AuditDurability;
  /** What must not be kept, besides the defaults; and the key for fingerprints of credentials. */
  readonly redaction?: RedactionOptions;
  /** How requests are captured. */
  readonly capture?: Partial<CaptureOptions>;
  /** Bounds of the queue before the store. */
  readonly limits?: Partial<GroupCommitLimits>;
}

/** Options with every default filled in. */
export interface ResolvedAuditOptions {
  readonly database: string;
  readonly origin: AuditOrigin;
  readonly catalogues: readonly EventCatalogue[];
  readonly durability: AuditDurability;
  readonly redaction: RedactionOptions;
  readonly capture: CaptureOptions;
  readonly limits: GroupCommitLimits;
}

const DEFAULT_LIMITS: GroupCommitLimits = Object.freeze({
  maxQueuedEvents: 10_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxBatchEvents: 500,
  commitTimeoutMs: 5000,
});

/** Everything that may stand in {@link AuditModuleOptions}. */
export const OPTION_NAMES = ['database', 'origin', 'catalogues', 'durability', 'redaction', 'capture', 'limits'];
const ORIGIN_NAMES = ['component', 'platform', 'version', 'environment', 'host', 'instanceId'];
/** An option that adds providers cannot come from a factory: the providers exist before it runs. */
const EXTRAS_HINT = '"isGlobal" and "actorResolver" stand beside "useFactory", not in what it returns.';

/**
 * Checks the options and fills in the defaults. The given object is copied, never written to.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveOptions(given: AuditModuleOptions): ResolvedAuditOptions {
  checkShape('', given, OPTION_NAMES, EXTRAS_HINT);
  const { database = 'audit.sqlite', durability = 'recorded', catalogues = [], redaction = {} } = given;
  checkText('database', database);
  checkOneOf('durability', durability, DURABILITIES);
  checkShape('redaction', redaction, ['paths', 'keep', 'limits', 'fingerprintKey']);
  if (!Array.isArray(catalogues) || !catalogues.every(isCatalogue)) {
    throw new OptionsInvalidError('catalogues', 'must be a list of catalogues', 'Make them with defineCatalogue().');
  }
  return Object.freeze({
    database,
    durability,
    catalogues: Object.freeze([...catalogues]),
    redaction: Object.freeze({ ...redaction }),
    origin: resolveOrigin(given.origin),
    capture: resolveCapture(given.capture),
    limits: resolveLimits(given.limits),
  });
}

function isCatalogue(value: unknown): boolean {
  const { name, types } = (value ?? {}) as Partial<EventCatalogue>;
  return typeof name === 'string' && typeof types === 'object' && types !== null;
}

function resolveOrigin(given: AuditOrigin = {}): AuditOrigin {
  checkShape('origin', given, ORIGIN_NAMES);
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) {
      checkText(`origin.${name}`, value);
    }
  }
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.freeze({ host: hostname(), instanceId: randomUUID(), ...named });
}

function resolveCapture(given: Partial<CaptureOptions> = {}): CaptureOptions {
  checkShape('capture', given, Object.keys(DEFAULT_CAPTURE_OPTIONS));
  const capture = { ...DEFAULT_CAPTURE_OPTIONS, ...given };
  if (capture.auditIdHeader !== false) {
    checkHeaderName('capture.auditIdHeader', capture.auditIdHeader);
  }
  checkHeaderName('capture.correlationHeader', capture.correlationHeader);
  checkFlag('capture.unmatched', capture.unmatched);
  checkOneOf('capture.coverage', capture.coverage, ['off', 'report', 'error']);
  checkOneOf('capture.context', capture.context, ['auto', 'always']);
  checkWhole('capture.abandonedAfterMs', capture.abandonedAfterMs, 1, 86_400_000);
  checkWhole('capture.actorTimeoutMs', capture.actorTimeoutMs, 1, 60_000);
  checkWhole('capture.beforeTimeoutMs', capture.beforeTimeoutMs, 1, 60_000);
  const { auditIdHeader, correlationHeader } = capture;
  return Object.freeze({
    ...capture,
    // Header names are compared, and Fastify keeps its own in lower case.
    auditIdHeader: auditIdHeader === false ? false : auditIdHeader.toLowerCase(),
    correlationHeader: correlationHeader.toLowerCase(),
  });
}

function resolveLimits(given: Partial<GroupCommitLimits> = {}): GroupCommitLimits {
  checkShape('limits', given, Object.keys(DEFAULT_LIMITS));
  const limits = { ...DEFAULT_LIMITS, ...given };
  checkWhole('limits.maxQueuedEvents', limits.maxQueuedEvents, 1, 10_000_000);
  checkWhole('limits.maxQueuedBytes', limits.maxQueuedBytes, 1024, 2 ** 40);
  checkWhole('limits.maxBatchEvents', limits.maxBatchEvents, 1, 10_000);
  checkWhole('limits.commitTimeoutMs', limits.commitTimeoutMs, 1, 600_000);
  return Object.freeze(limits);
}

/** RFC 9110, section 5.6.2: a field name is a token. */
function checkHeaderName(option: string, value: unknown): void {
  if (typeof value !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(value)) {
    throw new OptionsInvalidError(
      option,
      `is not a header name: ${JSON.stringify(value)}`,
      'Use letters, digits and dashes.',
    );
  }
}
