export { AuditModule } from './audit.module.js';
export type {
  AuditModuleExtras,
  AuditModuleRootAsyncOptions,
  AuditModuleRootOptions,
} from './audit.module-definition.js';
export type { AuditLimits, AuditModuleOptions } from './audit.options.js';

export { Audited, auditedFor, NotAudited, type AuditedOf } from './capture/audited.decorator.js';
export type {
  AuditedOptions,
  AuditFacts,
  AuditSelector,
  OutcomeTypes,
  ReadResource,
  ResourceSelectors,
} from './capture/audited.options.js';
export { ActorResolver } from './capture/actor-resolver.js';
export { RequestUserActorResolver } from './capture/request-user.actor-resolver.js';
export type { CaptureOptions } from './capture/capture.options.js';

export { AuditService, type AuditStatus, type TypedDraft } from './recording/audit.service.js';
export type { AuditReceipt } from './recording/audit-recorder.js';
export type { AuditDurability } from './event/durability.js';
export type { CheckpointState } from './recording/accounting/checkpoint-state.js';
export type { AuditFailureCause } from './recording/accounting/failure-log.js';
export type { WriterStatus } from './recording/writing/durable-writer.js';
export type { GroupCommitLimits } from './recording/writing/group-commit.js';
export {
  AuditJournal,
  type DamagedLine,
  type JournalRange,
  type JournalReading,
  type JournalStatus,
  type RecentEvents,
} from './recording/journal/audit-journal.js';
export type { JournalFsync, JournalOptions } from './recording/journal/journal.options.js';
export type { LifecycleTypes } from './recording/lifecycle/lifecycle-records.js';
export type { LossReport } from './recording/accounting/loss-ledger.js';
export type { RecorderCounts } from './recording/accounting/recorder-counters.js';
export type { SequencerLimits } from './recording/transactions/sequencer.js';
export type { SpoolOptions } from './recording/spool/spool.options.js';
export type {
  ManagerOf,
  TransactionalReceipt,
  TransactionSource,
} from './recording/transactions/transactional-recorder.js';

export { AuditCustody, type BundleRequest } from './custody/audit-custody.js';
export type { CustodyAct } from './custody/custody-act.js';
export type { BundleSummary } from './custody/bundle/bundle-writer.js';
export type { EventProof, EventProofOptions } from './custody/bundle/event-proof.js';
export type { ExportRequest } from './custody/export/export-request.js';
export type { CheckpointKey } from './custody/checkpoints/checkpoint-key.js';
export type { CheckpointsOptions, CheckpointTimes } from './custody/checkpoints/checkpoints.options.js';
export type { ErasureOptions, ErasureProgress, ErasureReport } from './custody/erasure/erasure-report.js';
export type { HoldSelection, LegalHold } from './custody/holds/legal-hold.js';
export type { Reanchored, ReanchorCause, ReanchorRequest } from './custody/reanchor/reanchor.js';
export type { ChainPrunePlan, PruneLimit } from './custody/retention/prune-plan.js';
export type { ChainPruned, PruneOptions } from './custody/retention/retention.js';
export {
  RETENTION_PRESETS,
  type RetentionOptions,
  type RetentionPreset,
  type RetentionRule,
} from './custody/retention/retention.options.js';

export { AuditDestinations } from './delivery/operating/audit-destinations.js';
export {
  DestinationOperations,
  type DeadLetterSelection,
  type RewindTarget,
} from './delivery/operating/destination-operations.js';
export type { DestinationAct } from './delivery/operating/delivery-drafts.js';
export type { ChainProgress, DeliveryReceipt, DestinationStatus } from './delivery/operating/destination-status.js';
export type {
  AuditExporter,
  ConfirmationTimes,
  DeliverableEvent,
  DeliveryBatch,
  ExporterFunction,
  ExporterLimits,
} from './delivery/audit-exporter.js';
export type { Confirmation, DeliveryVerdict, ProbeVerdict, RefusedEvent } from './delivery/delivery-verdict.js';
export type {
  ChainCursor,
  DeadLetter,
  DeadLetterCause,
  DeadLetterCounts,
  DeadLetterQuery,
  DestinationHealth,
} from './delivery/delivery-ledger.js';
export type { DeliveryTimes } from './delivery/delivery.options.js';
export type { DestinationFilter } from './delivery/destination-filter.js';
export type { DestinationFormat, DestinationOptions, HoldTimes, RetryTimes } from './delivery/destination.options.js';
export type { DeliveryCounts } from './delivery/engine/delivery-counters.js';

export { auditCatalogue } from './catalogue/audit.catalogue.js';
export { catalogueHelpers } from './catalogue/catalogue-drafts.js';
export { defineCatalogue } from './catalogue/define-catalogue.js';
export { deploymentCatalogue } from './catalogue/deployment.catalogue.js';
export type { EventCatalogue, EventTypeDefinition, TypeNameOf, TypesOf } from './catalogue/event-catalogue.js';
export { EventClassifier } from './catalogue/event-classifier.js';
export type { AuditEventType, AuditEventTypes } from './catalogue/event-type.js';
export { owaspCatalogue } from './catalogue/owasp.catalogue.js';
export { scamIntelligenceCatalogue } from './catalogue/scam-intelligence.catalogue.js';

export {
  DEFAULT_REDACTION_LIMITS,
  type RedactionLimits,
  type RedactionOptions,
} from './redaction/redaction.options.js';

export { AuditReader, type VerifyOptions, type VerifyProgress } from './storage/audit-reader.js';
export type { ErasureSelection } from './storage/custody-store.js';
export type { CheckpointQuery, StoredCheckpoint } from './storage/tree-store.js';
export { LogIndex, type IndexLag, type IndexState, type IndexStep } from './storage/reading/log-index.js';
export type { IndexOptions } from './reading/log-index.options.js';
export {
  MAX_OFFSET,
  MAX_PAGE_RECORDS,
  type AuditPage,
  type AuditQuery,
  type MatchCount,
  type RecordFilters,
} from './storage/audit-query.js';
export type { AnyOf, AuditFilters, FilterName, StatusClass } from './storage/reading/audit-filters.js';
export type { ExportQuery, TailOptions, TailQuery } from './storage/reading/record-flows.js';
export {
  StatisticsReader,
  type ActorCount,
  type AuditStatistics,
  type Counts,
  type HistogramInterval,
  type HistogramStep,
  type ResourceCount,
  type StatisticsFilters,
  type StatisticsQuery,
} from './storage/reading/audit-statistics.js';
export type { ReadOptions } from './storage/reading/read-options.js';
export { AuditInbox, type InboxEntry, type TransactionOutcome } from './storage/audit-inbox.js';
export { AuditStore, type AppendableEvent, type AppendReceipt, type ReplayReceipt } from './storage/audit-store.js';
export type {
  DatabaseOptions,
  MysqlDatabaseOptions,
  PostgresDatabaseOptions,
  SqliteDatabaseOptions,
} from './typeorm/database.options.js';

export { ChainVerifier, type ColumnCheck } from './integrity/chain-verifier.js';
export type {
  ChainVerdict,
  CheckpointVerdict,
  FaultExplanation,
  IntegrityFault,
  IntegrityFaultKind,
  IntegrityReport,
  IntegrityState,
  PrunedPrefix,
} from './integrity/integrity-fault.js';
export type { NoteSigner } from './integrity/notes/note-signer.js';
export type { SealKeyOptions, SealOptions } from './integrity/seal-keys.js';

export { canonicalJson } from './event/canonical-json.js';
export type { AuditDraft, AuditEnrichment, DraftChange } from './event/audit-draft.js';
export type {
  AuditActor,
  AuditActorKind,
  AuditChange,
  AuditErrorInfo,
  AuditEvent,
  AuditOrigin,
  AuditOutcome,
  AuditResource,
  AuditRisk,
  AuditSeverity,
  AuditStage,
  AuditTransport,
  AuditTruncation,
  CallTransport,
  HttpTransport,
  ManualTransport,
} from './event/audit-event.js';
export {
  GENESIS_HASH,
  MAIN_CHAIN,
  type AuditRecord,
  type AuditSeal,
  type ChainHead,
  type ChainId,
  type StoredRecord,
} from './event/audit-record.js';
export type { JsonObject, JsonValue } from './event/json-value.js';
export {
  AlreadyRegisteredError,
  AuditError,
  CatalogueInvalidError,
  ChainInvalidError,
  ClosedError,
  CoverageMissingError,
  DatabaseUnusableError,
  EventRefusedError,
  InboxMissingError,
  InboxUnavailableError,
  OptionsInvalidError,
  OverloadedError,
  QueryInvalidError,
  QueryTooSlowError,
  RecordDamagedError,
  SchemaTooNewError,
  SpoolFullError,
  SpoolUnusableError,
  StoreUnavailableError,
  type AuditErrorCode,
} from './event/audit.error.js';
export { ReadForbiddenError } from './event/reading.error.js';
export { ActionMissingError, TransactionMissingError } from './event/transaction.error.js';
export {
  CheckpointFileError,
  CustodyInputError,
  HistoryChangedError,
  HoldExistsError,
  HoldUnknownError,
  PruneRefusedError,
  type PruneObstacle,
  ReanchorNeedlessError,
  SigningFailedError,
  StatementAlteredError,
} from './event/custody.error.js';
export { DestinationExistsError, DestinationUnknownError } from './event/delivery.error.js';
export { BundleDamagedError, BundleRefusedError, ProofUnavailableError } from './event/bundle.error.js';
export {
  KeyInvalidError,
  NoteMalformedError,
  PositionsInvalidError,
  ProofMalformedError,
  TreeIncompleteError,
} from './event/proof.error.js';
