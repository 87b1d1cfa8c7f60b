import { resolve } from 'node:path';
import { Logger, type Provider } from '@nestjs/common';
import { AUDIT_OPTIONS, AUDIT_DATA_SOURCE, GIVEN_AUDIT_OPTIONS } from './audit.module-definition.js';
import { resolveOptions, type AuditModuleOptions, type ResolvedAuditOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { CaptureBootstrap } from './capture/capture-bootstrap.js';
import { HttpCapture } from './capture/http/http-capture.js';
import { auditCatalogue } from './catalogue/audit.catalogue.js';
import { EventClassifier } from './catalogue/event-classifier.js';
import { AuditError } from './event/audit.error.js';
import { systemClock } from './event/clock.js';
import { EventIds } from './event/event-id.js';
import { MAIN_CHAIN } from './event/audit-record.js';
import { PersonalSalts } from './integrity/personal-commitment.js';
import { AuditContext } from './recording/context/audit-context.js';
import { ContextualDrafts } from './recording/context/contextual-drafts.js';
import { AuditLifecycle } from './recording/lifecycle/audit-lifecycle.js';
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
import { Sequencer, type SequencerLimits } from './recording/transactions/sequencer.js';
import { spoolReports } from './recording/spool/spool-reporter.js';
import { Spool } from './recording/spool/spool.js';
import { TransactionalRecorder } from './recording/transactions/transactional-recorder.js';
import { Redactor } from './redaction/redactor.js';
import { AuditInbox } from './storage/audit-inbox.js';
import { AuditReader } from './storage/audit-reader.js';
import { AuditStore, type AppendableEvent } from './storage/audit-store.js';
import type { ApplicationDataSource } from './typeorm/application-data-source.js';
import { spoolFolderFor, storeFor } from './typeorm/audit-database.js';
import { TypeOrmAuditInbox } from './typeorm/inbox/typeorm.audit-inbox.js';

const LOG_CONTEXT = 'AuditModule';

/** The application's own log: Nest's. */
export const auditLogger = (): Logger => new Logger(LOG_CONTEXT);

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
    inject: [AUDIT_OPTIONS, AUDIT_DATA_SOURCE, EventComposer],
    useFactory: ({ database }: ResolvedAuditOptions, application: ApplicationDataSource | undefined) =>
      storeFor(database, application, (message) => auditLogger().warn(message)),
  },
  { provide: AuditReader, useExisting: AuditStore },
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
  { provide: Journal, inject: [AUDIT_OPTIONS, DurableWriter, FailureLog], useFactory: journalOf },
  {
    provide: AuditJournal,
    inject: [Journal],
    useFactory: (journal: Journal | undefined) => journal ?? new MissingJournal(),
  },
  { provide: AuditInbox, inject: [AUDIT_DATA_SOURCE, DurableWriter], useFactory: inboxOf },
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
      AuditContext,
      Redactor,
      FailureLog,
      RecorderCounters,
      DurableWriter,
      EventComposer,
      AuditInbox,
      Sequencer,
    ],
    useFactory: (
      recorder: AuditRecorder,
      reader: AuditReader,
      context: AuditContext,
      redactor: Redactor,
      failures: FailureLog,
      counters: RecorderCounters,
      writer: DurableWriter,
      composer: EventComposer,
      inbox: AuditInbox | undefined,
      sequencer: Sequencer | undefined,
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
        context,
        drafts,
        redactor,
        failures,
        counters,
        writer,
        transactional,
      });
    },
  },
  {
    provide: AuditLifecycle,
    inject: [AUDIT_OPTIONS, AuditRecorder, RecorderCounters, FailureLog, DurableWriter, AuditStore, Journal, Sequencer],
    useFactory: (
      { lifecycle, limits: { shutdownTimeoutMs } }: ResolvedAuditOptions,
      recorder: AuditRecorder,
      counters: RecorderCounters,
      failures: FailureLog,
      writer: DurableWriter,
      store: AuditStore,
      journal: Journal | undefined,
      sequencer: Sequencer | undefined,
    ) =>
      new AuditLifecycle({
        recorder,
        counters,
        failures,
        clock: systemClock,
        types: lifecycle,
        backlog: () => writer.status().backlog,
        shutdownTimeoutMs,
        sources: [{ name: 'the sequencer', close: async (timeoutMs) => sequencer?.close(timeoutMs) }],
        resources: [
          { name: 'the writer', close: (timeoutMs) => writer.close(timeoutMs) },
          { name: 'the journal', close: async () => journal?.close() },
          { name: 'the store', close: () => store.close() },
        ],
      }),
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
export const AUDIT_PROVIDERS: Provider[] = [...words, ...places, ...writePath, ...capture];

function composerOf(options: ResolvedAuditOptions, redactor: Redactor): EventComposer {
  return new EventComposer({
    redactor,
    classifier: new EventClassifier([auditCatalogue, ...options.catalogues]),
    ids: new EventIds(),
    salts: new PersonalSalts(),
    clock: systemClock,
    origin: options.origin,
  });
}

function spoolOf(
  { spool, database }: ResolvedAuditOptions,
  application: ApplicationDataSource | undefined,
  failures: FailureLog,
  losses: LossLedger,
): Spool | undefined {
  const directory = spool?.directory ?? spoolFolderFor(database, application);
  if (spool === undefined || directory === undefined) {
    return undefined;
  }
  const reports = spoolReports({ failures, losses, logger: auditLogger(), now: () => systemClock.now() });
  return new Spool({ ...spool, directory: resolve(directory) }, reports);
}

/**
 * Opens spool and store. A database that is only down is no reason not to start where the spool can take over; one that
 * refuses (wrong rights, wrong schema) is.
 */
async function openPlaces(
  store: AuditStore,
  spool: Spool | undefined,
  writer: DurableWriter,
  failures: FailureLog,
): Promise<void> {
  const open = (): Promise<void> => store.open();
  let down: unknown;
  try {
    await open();
  } catch (error) {
    if (spool === undefined || !(error instanceof AuditError) || error.code !== 'AUDIT_STORE_UNAVAILABLE') {
      throw error;
    }
    down = error;
  }
  try {
    await spool?.open();
  } catch (error) {
    await store.close();
    throw error;
  }
  if (down !== undefined) {
    failures.report('store', 'The audit store could not be opened; events wait in the spool', down);
  }
  writer.start({ storeIsOpen: down === undefined, open });
}

async function journalOf(
  { journal: options }: ResolvedAuditOptions,
  writer: DurableWriter,
  failures: FailureLog,
): Promise<Journal | undefined> {
  if (options === undefined) {
    return undefined;
  }
  const journal = new Journal(options, {
    clock: systemClock,
    oldestUnstoredAt: () => writer.status().backlog?.oldestAt,
    report: (problem, error) => failures.report('journal', problem, error),
    note: (message) => auditLogger().log(message),
    recovered: () => failures.recovered('journal'),
  });
  await journal.open();
  return journal;
}

/** The store is open before: where both are in one database, its problems are told by the store. */
async function inboxOf(
  application: ApplicationDataSource | undefined,
  _writer: DurableWriter,
): Promise<AuditInbox | undefined> {
  if (application === undefined) {
    return undefined;
  }
  const inbox = new TypeOrmAuditInbox(application);
  await inbox.open();
  return inbox;
}

function sequencerOf(
  inbox: AuditInbox,
  store: AuditStore,
  journal: Journal | undefined,
  failures: FailureLog,
  counters: RecorderCounters,
  limits: SequencerLimits,
): Sequencer {
  const move = async (chain: string, events: readonly AppendableEvent[]): Promise<void> => {
    const { appended } = await store.appendMissing(chain, events);
    counters.countSequenced(appended);
    void journal?.write(events);
  };
  const sequencer = new Sequencer({ inbox, move, failures, ...limits });
  sequencer.start();
  return sequencer;
}

/** What an error says may come from a client: it reaches the console like any other text, safe for a line. */
function lineOf(text: string, redactor: Redactor): string {
  return redactor.line(text, '/error/message', { truncated: [], redacted: [] }) ?? '';
}
