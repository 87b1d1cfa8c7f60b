import type { Provider } from '@nestjs/common';
import { openedAfter } from './audit.module-boot.js';
import { LIFECYCLE_PROVIDER } from './audit.module-lifecycle.js';
import { AUDIT_OPTIONS, AUDIT_DATA_SOURCE, GIVEN_AUDIT_OPTIONS } from './audit.module-definition.js';
import { resolveOptions, type AuditModuleOptions, type ResolvedAuditOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { CaptureBootstrap } from './capture/capture-bootstrap.js';
import { HttpCapture } from './capture/http/http-capture.js';
import { systemClock } from './event/clock.js';
import { MAIN_CHAIN } from './event/audit-record.js';
import { CUSTODY_PROVIDERS } from './audit.module-custody.js';
import { DELIVERY_PROVIDERS } from './audit.module-delivery.js';
import { READING_PROVIDERS } from './audit.module-reading.js';
import { FLOW_PROVIDERS } from './audit.module-flows.js';
import { AppendSignal } from './delivery/engine/append-signal.js';
import { CheckpointSchedule } from './custody/checkpoints/checkpoint-schedule.js';
import { AuditContext } from './recording/context/audit-context.js';
import { ContextualDrafts } from './recording/context/contextual-drafts.js';
import { AuditRecorder } from './recording/audit-recorder.js';
import { AuditService } from './recording/audit.service.js';
import { EventComposer } from './recording/composing/event-composer.js';
import { DurableWriter } from './recording/writing/durable-writer.js';
import { FailureLog } from './recording/accounting/failure-log.js';
import { GroupCommit } from './recording/writing/group-commit.js';
import { AuditJournal } from './recording/journal/audit-journal.js';
import { Journal } from './recording/journal/journal.js';
import { MissingJournal } from './recording/journal/missing.journal.js';
import { LossLedger } from './recording/accounting/loss-ledger.js';
import { RecorderCounters } from './recording/accounting/recorder-counters.js';
import { Sequencer } from './recording/transactions/sequencer.js';
import { Spool } from './recording/spool/spool.js';
import { TransactionalRecorder } from './recording/transactions/transactional-recorder.js';
import { IndexKeeper } from './reading/index-keeper.js';
import { LogFlows } from './reading/log-flows.js';
import { Redactor } from './redaction/redactor.js';
import { AuditInbox } from './storage/audit-inbox.js';
import { AuditReader } from './storage/audit-reader.js';
import { AuditStore } from './storage/audit-store.js';
import { StatisticsReader } from './storage/reading/audit-statistics.js';
import type { ApplicationDataSource } from './typeorm/application-data-source.js';
import { storeFor } from './typeorm/audit-database.js';
import {
  auditLogger,
  composerOf,
  inboxOf,
  journalOf,
  lineOf,
  openPlaces,
  sequencerOf,
  spoolOf,
} from './audit.module-factories.js';

const words: Provider[] = [
  {
    provide: AUDIT_OPTIONS,
    inject: [GIVEN_AUDIT_OPTIONS],
    useFactory: (given: AuditModuleOptions) => resolveOptions(given),
  },
  {
    provide: Redactor,
    inject: [AUDIT_OPTIONS],
    useFactory: ({ redaction }: ResolvedAuditOptions) => new Redactor(redaction),
  },
  {
    provide: FailureLog,
    inject: [Redactor],
    useFactory: (redactor: Redactor) => new FailureLog(auditLogger(), (text) => lineOf(text, redactor)),
  },
  { provide: AuditContext, useFactory: () => new AuditContext() },
  { provide: EventComposer, inject: [AUDIT_OPTIONS, Redactor], useFactory: composerOf },
  { provide: LossLedger, useFactory: () => new LossLedger() },
  { provide: RecorderCounters, useFactory: () => new RecorderCounters() },
];

const places: Provider[] = [
  {
    provide: AuditStore,
    // The composer is not used: it is built before, so that wrong options never leave a database behind.
    inject: [AUDIT_OPTIONS, AUDIT_DATA_SOURCE, AppendSignal, EventComposer],
    useFactory: (
      { database, seal }: ResolvedAuditOptions,
      application: ApplicationDataSource | undefined,
      { appended }: AppendSignal,
    ) =>
      storeFor(database, application, (message) => auditLogger().warn(message), {
        whenAppended: appended,
        ...(seal === undefined ? {} : { seal }),
      }),
  },
  { provide: AuditReader, useExisting: AuditStore },
  { provide: StatisticsReader, useExisting: AuditStore },
  {
    provide: Spool,
    inject: [AUDIT_OPTIONS, AUDIT_DATA_SOURCE, FailureLog, LossLedger],
    useFactory: spoolOf,
  },
  {
    provide: DurableWriter,
    inject: [AUDIT_OPTIONS, AuditStore, Spool, FailureLog, LossLedger],
    useFactory: async (
      { limits: { commitTimeoutMs } }: ResolvedAuditOptions,
      store: AuditStore,
      spool: Spool | undefined,
      failures: FailureLog,
      losses: LossLedger,
    ) => {
      const writer = new DurableWriter({
        store,
        spool,
        commitTimeoutMs,
        failures,
        losses,
        now: () => systemClock.now(),
      });
      await openPlaces(store, spool, writer, failures);
      return writer;
    },
  },
  {
    provide: Journal,
    inject: [AUDIT_OPTIONS, DurableWriter, FailureLog, AuditStore],
    useFactory: (options: ResolvedAuditOptions, writer: DurableWriter, failures: FailureLog, store: AuditStore) =>
      openedAfter(journalOf(options, writer, failures), [writer, store]),
  },
  {
    provide: AuditJournal,
    inject: [Journal],
    useFactory: (journal: Journal | undefined) => journal ?? new MissingJournal(),
  },
  {
    provide: AuditInbox,
    inject: [AUDIT_DATA_SOURCE, DurableWriter, Journal, AuditStore],
    useFactory: (
      application: ApplicationDataSource | undefined,
      writer: DurableWriter,
      journal: Journal | undefined,
      store: AuditStore,
    ) => openedAfter(inboxOf(application, writer), [writer, journal, store]),
  },
];

const writePath: Provider[] = [
  {
    provide: GroupCommit,
    inject: [AUDIT_OPTIONS, DurableWriter],
    useFactory: ({ limits }: ResolvedAuditOptions, writer: DurableWriter) =>
      new GroupCommit(writer, MAIN_CHAIN, limits),
  },
  {
    provide: AuditRecorder,
    inject: [
      AUDIT_OPTIONS,
      EventComposer,
      GroupCommit,
      FailureLog,
      LossLedger,
      RecorderCounters,
      Journal,
      DurableWriter,
    ],
    useFactory: (
      { durability, spool }: ResolvedAuditOptions,
      composer: EventComposer,
      commits: GroupCommit,
      failures: FailureLog,
      losses: LossLedger,
      counters: RecorderCounters,
      journal: Journal | undefined,
      writer: DurableWriter,
    ) => {
      const recorder = new AuditRecorder({
        composer,
        commits,
        failures,
        losses,
        counters,
        journal,
        clock: systemClock,
        defaultDurability: durability,
        failsClosed: spool?.whenFull !== 'drop-and-count',
      });
      writer.whenStoreIsBack(() => recorder.sealLosses());
      return recorder;
    },
  },
  {
    provide: Sequencer,
    inject: [AUDIT_OPTIONS, AuditInbox, AuditStore, Journal, FailureLog, RecorderCounters],
    useFactory: (
      { sequencer }: ResolvedAuditOptions,
      inbox: AuditInbox | undefined,
      store: AuditStore,
      journal: Journal | undefined,
      failures: FailureLog,
      counters: RecorderCounters,
    ) => (inbox === undefined ? undefined : sequencerOf(inbox, store, journal, failures, counters, sequencer)),
  },
  {
    provide: AuditService,
    inject: [
      AuditRecorder,
      AuditReader,
      LogFlows,
      StatisticsReader,
      AuditContext,
      Redactor,
      FailureLog,
      RecorderCounters,
      DurableWriter,
      EventComposer,
      AuditInbox,
      Sequencer,
      AUDIT_OPTIONS,
      CheckpointSchedule,
      IndexKeeper,
    ],
    useFactory: (
      recorder: AuditRecorder,
      reader: AuditReader,
      flows: LogFlows,
      statistics: StatisticsReader,
      context: AuditContext,
      redactor: Redactor,
      failures: FailureLog,
      counters: RecorderCounters,
      writer: DurableWriter,
      composer: EventComposer,
      inbox: AuditInbox | undefined,
      sequencer: Sequencer | undefined,
      { checkpoints: { trustedKeys, logName } }: ResolvedAuditOptions,
      schedule: CheckpointSchedule,
      keeper: IndexKeeper,
    ) => {
      const drafts = new ContextualDrafts(context, failures);
      const transactional =
        inbox === undefined || sequencer === undefined
          ? undefined
          : new TransactionalRecorder({
              inbox,
              composer,
              sequencer,
              failures,
              running: () => context.current(),
              inContext: (draft) => drafts.inContext(draft),
            });
      return new AuditService({
        recorder,
        reader,
        flows,
        statistics,
        context,
        drafts,
        redactor,
        failures,
        counters,
        writer,
        transactional,
        trustedKeys,
        logName,
        checkpoints: () => schedule.state(),
        index: () => keeper.state(),
      });
    },
  },
];

const capture: Provider[] = [
  {
    provide: HttpCapture,
    inject: [AUDIT_OPTIONS, AuditRecorder, AuditContext, FailureLog, ActorResolver],
    useFactory: (
      { capture: options }: ResolvedAuditOptions,
      recorder: AuditRecorder,
      context: AuditContext,
      failures: FailureLog,
      resolver: ActorResolver,
    ) => new HttpCapture({ recorder, context, failures, resolver, clock: systemClock, options }),
  },
  CaptureBootstrap,
];

/** Everything that one `AuditModule` is made of. Nothing of it is shared with another one in the same process. */
export const AUDIT_PROVIDERS: Provider[] = [
  ...words,
  ...places,
  ...writePath,
  ...CUSTODY_PROVIDERS,
  ...DELIVERY_PROVIDERS,
  ...READING_PROVIDERS,
  ...FLOW_PROVIDERS,
  ...capture,
  LIFECYCLE_PROVIDER,
];
