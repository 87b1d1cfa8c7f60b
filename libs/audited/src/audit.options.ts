import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import {
  resolveCheckpoints,
  type CheckpointsOptions,
  type ResolvedCheckpoints,
} from './custody/checkpoints/checkpoints.options.js';
import {
  resolveRetention,
  type RetentionOptions,
  type RetentionPolicy,
} from './custody/retention/retention.options.js';
import { DEFAULT_CAPTURE_OPTIONS, type CaptureOptions } from './capture/capture.options.js';
import { resolveDeliveryTimes, type DeliveryTimes } from './delivery/delivery.options.js';
import { resolveDestinations, type Destination, type DestinationOptions } from './delivery/destination.options.js';
import type { EventCatalogue } from './catalogue/event-catalogue.js';
import type { AuditOrigin } from './event/audit-event.js';
import { OptionsInvalidError } from './event/audit.error.js';
import { checkFlag, checkOneOf, checkShape, checkText, checkWhole } from './event/option-checks.js';
import { DURABILITIES, type AuditDurability } from './event/durability.js';
import { resolveSealKeys, type SealOptions } from './integrity/seal-keys.js';
import type { GroupCommitLimits } from './recording/writing/group-commit.js';
import {
  resolveJournalOptions,
  type JournalOptions,
  type ResolvedJournalOptions,
} from './recording/journal/journal.options.js';
import { DEFAULT_LIFECYCLE_TYPES, type LifecycleTypes } from './recording/lifecycle/lifecycle-records.js';
import { DEFAULT_SEQUENCER_LIMITS, type SequencerLimits } from './recording/transactions/sequencer.js';
import { DEFAULT_SPOOL_OPTIONS, type SpoolOptions } from './recording/spool/spool.options.js';
import { resolveIndexOptions, type IndexOptions } from './reading/log-index.options.js';
import type { RedactionOptions } from './redaction/redaction.options.js';
import { resolveDatabase, type DatabaseOptions } from './typeorm/database.options.js';

/** Options of `AuditModule`. Everything has a default; an empty object is a working audit trail. */
export interface AuditModuleOptions {
  /**
   * Where the records live: the path of an embedded SQLite file (its folder is made; `:memory:` for tests), a
   * `postgres://` or `mysql://` URL, or an object with `type`.
   * @default the database of `dataSource` when that is PostgreSQL, MySQL or MariaDB, else 'audit.sqlite'
   */
  readonly database?: string | DatabaseOptions;
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
  /** Bounds of everything that waits. */
  readonly limits?: Partial<AuditLimits>;
  /**
   * The local spool that takes over while the database is down; `false` for none: then a failed commit is a loss.
   * @default on, in a folder named after the database; off for `:memory:`
   */
  readonly spool?: Partial<SpoolOptions> | false;
  /** JSON Lines files as a second place, for agents that ship files. @default none */
  readonly journal?: JournalOptions;
  /** How transactional records get from the application's database into their chain. */
  readonly sequencer?: Partial<SequencerLimits>;
  /**
   * Signed checkpoints over the log: with what key, how often, and where else they go.
   * @default none: the hash chain alone convinces only whoever trusts the database's administrator
   */
  readonly checkpoints?: CheckpointsOptions;
  /** Seals every record with a secret key besides. @default records are sealed without a key */
  readonly seal?: SealOptions;
  /** The SIEMs that every record goes to. More can be added at run time: inject `AuditDestinations`. @default none */
  readonly destinations?: readonly DestinationOptions[];
  /** Times of the engine that serves them. */
  readonly delivery?: Partial<DeliveryTimes>;
  /** How long records are kept, and where they are archived before they go. @default for ever */
  readonly retention?: RetentionOptions;
  /** The index behind the log that makes reading fast. */
  readonly index?: Partial<IndexOptions>;
  /** Types of the records that say when a process began and ended; `false` for none. @default `audit.started`, `audit.stopped` */
  readonly lifecycle?: Partial<LifecycleTypes> | false;
}

/** Bounds of everything that waits. */
export interface AuditLimits extends GroupCommitLimits {
  /** How long one transaction may take before its callers are released and the spool takes over. @default 5000 */
  readonly commitTimeoutMs: number;
  /** How long a shutdown waits for the database before the rest goes to the spool. @default 10000 */
  readonly shutdownTimeoutMs: number;
}

/** Options with every default filled in. */
export interface ResolvedAuditOptions {
  /** Absent: beside the application's DataSource. */
  readonly database: DatabaseOptions | undefined;
  readonly origin: AuditOrigin;
  readonly catalogues: readonly EventCatalogue[];
  readonly durability: AuditDurability;
  readonly redaction: RedactionOptions;
  readonly capture: CaptureOptions;
  readonly limits: AuditLimits;
  /** The folder is named after the database unless it was given. */
  readonly spool: (Omit<SpoolOptions, 'directory'> & { readonly directory: string | undefined }) | undefined;
  readonly journal: ResolvedJournalOptions | undefined;
  readonly sequencer: SequencerLimits;
  readonly checkpoints: ResolvedCheckpoints;
  /** As it was given, and checked: a store reads it itself. */
  readonly seal: SealOptions | undefined;
  readonly destinations: readonly Destination[];
  readonly delivery: DeliveryTimes;
  readonly retention: RetentionPolicy;
  readonly index: IndexOptions;
  readonly lifecycle: LifecycleTypes | undefined;
}

const DEFAULT_LIMITS: AuditLimits = Object.freeze({
  maxQueuedEvents: 10_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxBatchEvents: 500,
  commitTimeoutMs: 5000,
  shutdownTimeoutMs: 10_000,
});

/** Everything that may stand in {@link AuditModuleOptions}. */
export const OPTION_NAMES = [
  'database',
  'origin',
  'catalogues',
  'durability',
  'redaction',
  'capture',
  'limits',
  'spool',
  'journal',
  'sequencer',
  'checkpoints',
  'seal',
  'destinations',
  'delivery',
  'retention',
  'index',
  'lifecycle',
];
const ORIGIN_NAMES = ['component', 'platform', 'version', 'environment', 'host', 'instanceId'];
/** An option that adds providers cannot come from a factory: the providers exist before it runs. */
const EXTRAS_HINT = '"isGlobal", "actorResolver" and "dataSource" stand beside "useFactory", not in what it returns.';

/**
 * Checks the options and fills in the defaults. The given object is copied, never written to.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function resolveOptions(given: AuditModuleOptions): ResolvedAuditOptions {
  checkShape('', given, OPTION_NAMES, EXTRAS_HINT);
  const { durability = 'recorded', catalogues = [], redaction = {} } = given;
  checkOneOf('durability', durability, DURABILITIES);
  checkShape('redaction', redaction, ['paths', 'keep', 'limits', 'fingerprintKey']);
  if (!Array.isArray(catalogues) || !catalogues.every(isCatalogue)) {
    throw new OptionsInvalidError('catalogues', 'must be a list of catalogues', 'Make them with defineCatalogue().');
  }
  return Object.freeze({
    database: given.database === undefined ? undefined : resolveDatabase(given.database),
    durability,
    catalogues: Object.freeze([...catalogues]),
    redaction: Object.freeze({ ...redaction }),
    origin: resolveOrigin(given.origin),
    capture: resolveCapture(given.capture),
    limits: resolveLimits(given.limits),
    spool: resolveSpool(given.spool),
    journal: given.journal === undefined ? undefined : resolveJournalOptions(given.journal),
    sequencer: resolveSequencer(given.sequencer),
    checkpoints: resolveCheckpoints(given.checkpoints),
    seal: checkedSeal(given.seal),
    destinations: resolveDestinations(given.destinations ?? [], 'destinations'),
    delivery: resolveDeliveryTimes(given.delivery),
    retention: resolveRetention(given.retention ?? {}),
    index: resolveIndexOptions(given.index),
    lifecycle: resolveLifecycle(given.lifecycle),
  });
}

function checkedSeal(given: SealOptions | undefined): SealOptions | undefined {
  resolveSealKeys(given);
  return given;
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

function resolveLimits(given: Partial<AuditLimits> = {}): AuditLimits {
  checkShape('limits', given, Object.keys(DEFAULT_LIMITS));
  const limits = { ...DEFAULT_LIMITS, ...given };
  checkWhole('limits.maxQueuedEvents', limits.maxQueuedEvents, 1, 10_000_000);
  checkWhole('limits.maxQueuedBytes', limits.maxQueuedBytes, 1024, 2 ** 40);
  checkWhole('limits.maxBatchEvents', limits.maxBatchEvents, 1, 10_000);
  checkWhole('limits.commitTimeoutMs', limits.commitTimeoutMs, 1, 600_000);
  checkWhole('limits.shutdownTimeoutMs', limits.shutdownTimeoutMs, 1, 600_000);
  return Object.freeze(limits);
}

function resolveSpool(given: Partial<SpoolOptions> | false = {}): ResolvedAuditOptions['spool'] {
  if (given === false) {
    return undefined;
  }
  checkShape('spool', given, ['directory', ...Object.keys(DEFAULT_SPOOL_OPTIONS)]);
  const spool = { directory: undefined, ...DEFAULT_SPOOL_OPTIONS, ...given };
  if (spool.directory !== undefined) {
    checkText('spool.directory', spool.directory);
  }
  checkWhole('spool.maxBytes', spool.maxBytes, 4096, 2 ** 50);
  checkWhole('spool.maxSegmentBytes', spool.maxSegmentBytes, 4096, 2 ** 28);
  checkOneOf('spool.whenFull', spool.whenFull, ['refuse', 'drop-and-count']);
  checkWhole('spool.retryInitialMs', spool.retryInitialMs, 1, 3_600_000);
  checkWhole('spool.retryMaxMs', spool.retryMaxMs, spool.retryInitialMs, 3_600_000);
  checkWhole('spool.replayBatchEvents', spool.replayBatchEvents, 1, 10_000);
  return Object.freeze(spool);
}

function resolveSequencer(given: Partial<SequencerLimits> = {}): SequencerLimits {
  checkShape('sequencer', given, Object.keys(DEFAULT_SEQUENCER_LIMITS));
  const sequencer = { ...DEFAULT_SEQUENCER_LIMITS, ...given };
  checkWhole('sequencer.pollMs', sequencer.pollMs, 10, 3_600_000);
  checkWhole('sequencer.batchEvents', sequencer.batchEvents, 1, 10_000);
  checkWhole('sequencer.moveTimeoutMs', sequencer.moveTimeoutMs, 1, 3_600_000);
  return Object.freeze(sequencer);
}

function resolveLifecycle(given: Partial<LifecycleTypes> | false = {}): LifecycleTypes | undefined {
  if (given === false) {
    return undefined;
  }
  checkShape('lifecycle', given, Object.keys(DEFAULT_LIFECYCLE_TYPES));
  const types = { ...DEFAULT_LIFECYCLE_TYPES, ...given };
  checkText('lifecycle.started', types.started);
  checkText('lifecycle.stopped', types.stopped);
  return Object.freeze(types);
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
