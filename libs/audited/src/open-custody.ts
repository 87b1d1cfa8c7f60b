import { resolve } from 'node:path';
import { auditCatalogue } from './catalogue/audit.catalogue.js';
import { EventClassifier } from './catalogue/event-classifier.js';
import type { EventCatalogue } from './catalogue/event-catalogue.js';
import { AuditCustody } from './custody/audit-custody.js';
import { CheckpointFile } from './custody/checkpoints/checkpoint-file.js';
import { resolveCheckpoints, type CheckpointsOptions } from './custody/checkpoints/checkpoints.options.js';
import { custodyParts } from './custody/custody-parts.js';
import type { ErasurePlace } from './custody/erasure/erasure-place.js';
import { JournalErasurePlace } from './custody/erasure/journal.erasure-place.js';
import { resolveRetention, type RetentionOptions } from './custody/retention/retention.options.js';
import { DestinationOperations } from './delivery/operating/destination-operations.js';
import { RequiredDestinations } from './delivery/operating/required-destinations.js';
import { MAIN_CHAIN } from './event/audit-record.js';
import type { AuditOrigin } from './event/audit-event.js';
import { checkOneOf, checkShape, checkWhole } from './event/option-checks.js';
import { systemClock } from './event/clock.js';
import { EventIds } from './event/event-id.js';
import { PersonalSalts } from './integrity/personal-commitment.js';
import { resolveSealKeys, type SealOptions } from './integrity/seal-keys.js';
import { FailureLog, type FailureLogger } from './recording/accounting/failure-log.js';
import { LossLedger } from './recording/accounting/loss-ledger.js';
import { EventComposer } from './recording/composing/event-composer.js';
import { erasureOfFiles } from './recording/journal/journal-erasure.js';
import { spoolReports } from './recording/spool/spool-reporter.js';
import { DEFAULT_SPOOL_OPTIONS } from './recording/spool/spool.options.js';
import { Spool } from './recording/spool/spool.js';
import { LogFlows } from './reading/log-flows.js';
import { Redactor } from './redaction/redactor.js';
import type { RedactionOptions } from './redaction/redaction.options.js';
import type { AuditReader } from './storage/audit-reader.js';
import type { StatisticsReader } from './storage/reading/audit-statistics.js';
import type { RecordFlows } from './storage/reading/record-flows.js';
import { storeFor, type DatabaseStore } from './typeorm/audit-database.js';
import { resolveDatabase, type DatabaseOptions } from './typeorm/database.options.js';
import type { StoreAccess } from './typeorm/store.options.js';

export { AuditCustody, type BundleRequest } from './custody/audit-custody.js';
export { readPersonalLine, readRecordLine, type PersonalLine } from './custody/bundle/record-line.js';
export { verifyBundle, type VerifyBundleOptions } from './custody/bundle/bundle-verifier.js';
export type { BundleFault, BundleFaultKind, BundleReport } from './custody/bundle/bundle-report.js';
export type { EventProof, EventProofOptions } from './custody/bundle/event-proof.js';
export { verifyEventProof, type EventProofVerdict } from './custody/bundle/event-proof-check.js';
export type { ExportRequest } from './custody/export/export-request.js';
export type { FoundExportRequest } from './custody/export/found-export.js';
export type { ReadingNote } from './custody/export/reading-note.js';
export { DestinationOperations } from './delivery/operating/destination-operations.js';
export { notesIn } from './custody/checkpoints/checkpoint-file.js';
export { originOf, parseCheckpoint, type Checkpoint } from './integrity/notes/checkpoint.js';
export { KeyRing, parseTrustedKeys, type NoteVerdict, type TrustedKey } from './integrity/notes/key-ring.js';
export {
  generateKeyPair,
  signerFromPem,
  type GeneratedKeyPair,
  type NoteSigner,
} from './integrity/notes/note-signer.js';
export { keyId, verifierKey } from './integrity/notes/signed-note.js';
export { queryMatcher, type RecordFilters } from './storage/query-match.js';
export type {
  AuditStatistics,
  Counts,
  HistogramInterval,
  StatisticsFilters,
  StatisticsQuery,
  StatisticsReader,
} from './storage/reading/audit-statistics.js';
export type { AuditFilters, FilterName } from './storage/reading/audit-filters.js';
export type { ExportQuery, RecordFlows, TailOptions, TailQuery } from './storage/reading/record-flows.js';
export { readRecord } from './storage/stored-record.js';

/** Which log to open, and with what. All but the database have the meaning and the defaults of the module's options. */
export interface OpenCustodyOptions {
  /** A `postgres://`, `mysql://` or `mariadb://` URL, the path of a SQLite file (made when it is not there), or an object. */
  readonly database: string | DatabaseOptions;
  /**
   * `read`: the log must be there, and nothing is made, migrated or written, so that an account with SELECT or a replica is
   * enough to verify and to look. @default `write`
   */
  readonly access?: StoreAccess;
  /** With keys, what is written is signed. Times have no effect: nothing is signed by itself. */
  readonly checkpoints?: CheckpointsOptions;
  readonly seal?: SealOptions;
  readonly retention?: RetentionOptions;
  /** Where acts of custody come from, in their records. @default `{ component: 'audited' }` */
  readonly origin?: AuditOrigin;
  readonly redaction?: RedactionOptions;
  /** Those of the application: retention classes and personal fields are read from them. @default only `audit.*` */
  readonly catalogues?: readonly EventCatalogue[];
  /** The retention class of an event type. @default what the catalogues say */
  readonly classOfType?: (type: string) => string | undefined;
  /** Folders of spools whose processes have ended: an erasure reaches into them. @default none */
  readonly spools?: readonly string[];
  /** Folders of journals: an erasure reaches into them. @default none */
  readonly journals?: readonly string[];
  /** Bundles, or folders that hold some, besides the archive of `retention`: an erasure reaches into them. @default none */
  readonly bundles?: readonly string[];
  /** How often a tail looks for new records, in milliseconds. @default 1000 */
  readonly followEveryMs?: number;
  /** Told what an operator should know about the database and the spools. @default nobody */
  readonly warn?: (message: string) => void;
}

/** A log that was opened. */
export interface OpenedCustody {
  readonly custody: AuditCustody;
  /** What operators do to destinations; whoever leads one follows within a second. */
  readonly destinations: DestinationOperations;
  readonly reader: AuditReader;
  /** The log in numbers. */
  readonly statistics: StatisticsReader;
  /** Records one by one: to the end of what matches, or as long as somebody listens. Nothing of it is recorded by itself. */
  readonly flows: RecordFlows;
  /** Ends everything that was opened; idempotent. */
  readonly close: () => Promise<void>;
}

const OPTION_NAMES = [
  'database',
  'access',
  'checkpoints',
  'seal',
  'retention',
  'origin',
  'redaction',
  'catalogues',
  'classOfType',
  'spools',
  'journals',
  'bundles',
  'followEveryMs',
  'warn',
];

/**
 * Opens a log without an application: for tools and scheduled jobs. Applications inject `AuditCustody`.
 *
 * @throws OptionsInvalidError, DatabaseUnusableError, StoreUnavailableError; nothing stays open then
 *
 * @example
 * ```ts
 * const { custody, close } = await openCustody({ database: 'data/audit.sqlite' });
 * const { state } = await custody.verify();
 * await close();
 * ```
 */
export async function openCustody(options: OpenCustodyOptions): Promise<OpenedCustody> {
  checkShape('', options, OPTION_NAMES);
  const { warn = () => undefined } = options;
  const database = resolveDatabase(options.database);
  const signing = resolveCheckpoints(options.checkpoints);
  const retention = resolveRetention(options.retention ?? {});
  resolveSealKeys(options.seal);
  const classifier = new EventClassifier([auditCatalogue, ...(options.catalogues ?? [])]);
  const composer = composerOf(options, classifier);
  const { access = 'write' } = options;
  checkOneOf('access', access, ['read', 'write']);
  const { followEveryMs } = options;
  if (followEveryMs !== undefined) {
    checkWhole('followEveryMs', followEveryMs, 10, 3_600_000);
  }
  const store = await storeFor(database, undefined, warn, {
    access,
    ...(options.seal === undefined ? {} : { seal: options.seal }),
  });
  const file = signing.file === undefined ? undefined : new CheckpointFile(signing.file);
  const spools = (options.spools ?? []).map((directory) => spoolOf(directory, warn));
  const close = closing(store, spools);
  try {
    await store.open();
    const notes = (await file?.open()) ?? [];
    for (const spool of spools) {
      await spool.open();
    }
    const parts = custodyParts({
      store,
      log: store.custody(),
      compose: (draft, facts) => composer.compose(draft, undefined, facts),
      signing,
      file,
      retention,
      classOfType: options.classOfType ?? ((type) => classifier.classify(type, 'unknown').definition?.retentionClass),
      guards: [new RequiredDestinations(store.ledger())],
      erasure: {
        waiting: spools.map(({ waiting }) => waiting),
        places: journalPlaces(options, store, classifier),
        bundles: options.bundles ?? [],
        scrubs: database.type === 'sqlite',
      },
      clock: systemClock,
    });
    parts.checkpointer.rememberNotes(notes);
    const destinations = new DestinationOperations({
      ledger: store.ledger(),
      stream: store.custody(),
      reader: store,
      record: (draft) => parts.records.append(MAIN_CHAIN, draft),
    });
    const flows = new LogFlows({
      reader: store,
      stream: store.custody(),
      // Nobody here appends what somebody else could wait for.
      whenAppended: () => () => undefined,
      ...(followEveryMs === undefined ? {} : { pollMs: followEveryMs }),
    });
    return { custody: new AuditCustody(parts), destinations, reader: store, statistics: store, flows, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function composerOf({ redaction, origin }: OpenCustodyOptions, classifier: EventClassifier): EventComposer {
  return new EventComposer({
    redactor: new Redactor(redaction),
    classifier,
    ids: new EventIds(),
    salts: new PersonalSalts(),
    clock: systemClock,
    origin: origin ?? { component: 'audited' },
  });
}

function spoolOf(directory: string, warn: (message: string) => void): Spool {
  const logger: FailureLogger = { error: warn, log: warn };
  const failures = new FailureLog(logger, (text) => text);
  const reports = spoolReports({ failures, losses: new LossLedger(), logger, now: () => systemClock.now() });
  return new Spool({ ...DEFAULT_SPOOL_OPTIONS, directory: resolve(directory) }, reports);
}

function journalPlaces(
  { journals = [] }: OpenCustodyOptions,
  reader: AuditReader,
  classifier: EventClassifier,
): readonly ErasurePlace[] {
  return journals.map((directory) => {
    const files = erasureOfFiles({ directory }, systemClock);
    return new JournalErasurePlace({
      rewrite: (rewrite, othersAreStopped) => files.rewrite(rewrite, othersAreStopped),
      recordOf: (eventId) => reader.get(eventId),
      personalPointers: (type) => classifier.classify(type, 'unknown').definition?.personal ?? [],
    });
  });
}

/** The store is closed whatever the spools say. */
function closing(store: DatabaseStore, spools: readonly Spool[]): () => Promise<void> {
  let ended: Promise<void> | undefined;
  return () => {
    ended ??= Promise.allSettled(spools.map((spool) => spool.close())).then(() => store.close());
    return ended;
  };
}
