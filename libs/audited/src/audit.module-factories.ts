import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import type { ResolvedAuditOptions } from './audit.options.js';
import { auditCatalogue } from './catalogue/audit.catalogue.js';
import { EventClassifier } from './catalogue/event-classifier.js';
import { AuditError } from './event/audit.error.js';
import { systemClock } from './event/clock.js';
import { EventIds } from './event/event-id.js';
import { PersonalSalts } from './integrity/personal-commitment.js';
import { EventComposer } from './recording/composing/event-composer.js';
import type { DurableWriter } from './recording/writing/durable-writer.js';
import type { FailureLog } from './recording/accounting/failure-log.js';
import { Journal } from './recording/journal/journal.js';
import type { LossLedger } from './recording/accounting/loss-ledger.js';
import type { RecorderCounters } from './recording/accounting/recorder-counters.js';
import { Sequencer, type SequencerLimits } from './recording/transactions/sequencer.js';
import { spoolReports } from './recording/spool/spool-reporter.js';
import { Spool } from './recording/spool/spool.js';
import type { Redactor } from './redaction/redactor.js';
import type { AuditInbox } from './storage/audit-inbox.js';
import type { AppendableEvent, AuditStore } from './storage/audit-store.js';
import type { ApplicationDataSource } from './typeorm/application-data-source.js';
import { spoolFolderFor } from './typeorm/database.options.js';
import { TypeOrmAuditInbox } from './typeorm/inbox/typeorm.audit-inbox.js';

const LOG_CONTEXT = 'AuditModule';

/** The application's own log: Nest's. */
export const auditLogger = (): Logger => new Logger(LOG_CONTEXT);

export function classifierOf({ catalogues }: ResolvedAuditOptions): EventClassifier {
  return new EventClassifier([auditCatalogue, ...catalogues]);
}

export function composerOf(options: ResolvedAuditOptions, redactor: Redactor): EventComposer {
  return new EventComposer({
    redactor,
    classifier: classifierOf(options),
    ids: new EventIds(),
    salts: new PersonalSalts(),
    clock: systemClock,
    origin: options.origin,
  });
}

export function spoolOf(
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
export async function openPlaces(
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

export async function journalOf(
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
export async function inboxOf(
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

export function sequencerOf(
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
export function lineOf(text: string, redactor: Redactor): string {
  return redactor.line(text, '/error/message', { truncated: [], redacted: [] }) ?? '';
}
