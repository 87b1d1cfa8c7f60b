import type { Provider } from '@nestjs/common';
import { openedAfter } from './audit.module-boot.js';
import { AUDIT_OPTIONS } from './audit.module-definition.js';
import { auditLogger, classifierOf } from './audit.module-factories.js';
import type { EventClassifier } from './catalogue/event-classifier.js';
import type { ResolvedAuditOptions } from './audit.options.js';
import { AuditCustody } from './custody/audit-custody.js';
import { CheckpointFile } from './custody/checkpoints/checkpoint-file.js';
import { CheckpointSchedule } from './custody/checkpoints/checkpoint-schedule.js';
import { custodyParts, type CustodyParts, type ErasureReach } from './custody/custody-parts.js';
import { JournalErasurePlace } from './custody/erasure/journal.erasure-place.js';
import { RequiredDestinations } from './delivery/operating/required-destinations.js';
import { systemClock } from './event/clock.js';
import { FailureLog } from './recording/accounting/failure-log.js';
import { RecorderCounters } from './recording/accounting/recorder-counters.js';
import { AuditRecorder } from './recording/audit-recorder.js';
import { EventComposer } from './recording/composing/event-composer.js';
import { Journal } from './recording/journal/journal.js';
import { Spool } from './recording/spool/spool.js';
import { DurableWriter } from './recording/writing/durable-writer.js';
import { AuditInbox } from './storage/audit-inbox.js';
import { AuditStore } from './storage/audit-store.js';
import type { WaitingEvents } from './storage/waiting-events.js';
import type { DatabaseStore } from './typeorm/audit-database.js';
import { SqliteAuditStore } from './typeorm/sqlite/sqlite.audit-store.js';

const HOW_TO_SIGN =
  'Checkpoints are off: whoever administers the database can rewrite the log unnoticed. Make a key with ' +
  '`npx audited keys generate`, and name it in the option "checkpoints": { origin: "audit.example.com/orders", keys: { file: "..." } }';

/** What the parts of custody share; one for each module. */
export const CUSTODY_PARTS = Symbol.for('nestjs-audited.custody-parts');

/** Keeping the log: checkpoints, holds, erasure, retention. */
export const CUSTODY_PROVIDERS: Provider[] = [
  {
    provide: CUSTODY_PARTS,
    inject: [AUDIT_OPTIONS, AuditStore, EventComposer, Journal, AuditInbox, Spool, AuditRecorder, DurableWriter],
    useFactory: (
      options: ResolvedAuditOptions,
      store: DatabaseStore,
      composer: EventComposer,
      journal: Journal | undefined,
      inbox: AuditInbox | undefined,
      spool: Spool | undefined,
      recorder: AuditRecorder,
      writer: DurableWriter,
    ) =>
      openedAfter(openParts(options, { store, composer, journal, inbox, spool, recorder }), [writer, journal, store]),
  },
  { provide: AuditCustody, inject: [CUSTODY_PARTS], useFactory: (parts: CustodyParts) => new AuditCustody(parts) },
  {
    provide: CheckpointSchedule,
    inject: [AUDIT_OPTIONS, CUSTODY_PARTS, RecorderCounters, FailureLog],
    useFactory: (
      { checkpoints: times }: ResolvedAuditOptions,
      { checkpointer }: CustodyParts,
      counters: RecorderCounters,
      failures: FailureLog,
    ) => {
      const recorded = (): number => counters.inTheLog;
      return new CheckpointSchedule({ checkpointer, times, recorded, failures });
    },
  },
];

interface Places {
  readonly store: DatabaseStore;
  readonly composer: EventComposer;
  readonly journal: Journal | undefined;
  readonly inbox: AuditInbox | undefined;
  readonly spool: Spool | undefined;
  readonly recorder: AuditRecorder;
}

async function openParts(options: ResolvedAuditOptions, places: Places): Promise<CustodyParts> {
  const { checkpoints: signing, retention } = options;
  const { store, composer, journal } = places;
  const file = signing.file === undefined ? undefined : new CheckpointFile(signing.file);
  const notes = (await file?.open()) ?? [];
  const classifier = classifierOf(options);
  const parts = custodyParts({
    store,
    log: store.custody(),
    compose: (draft, facts) => composer.compose(draft, undefined, facts),
    whenStored: (events) => void journal?.write(events),
    signing,
    file,
    retention,
    classOfType: (type) => classifier.classify(type, 'unknown').definition?.retentionClass,
    guards: [new RequiredDestinations(store.ledger())],
    erasure: erasureReach(options, places, classifier),
    clock: systemClock,
  });
  parts.checkpointer.rememberNotes(notes);
  if (signing.signers.length === 0) {
    auditLogger().log(HOW_TO_SIGN);
  }
  return parts;
}

function erasureReach(
  { limits }: ResolvedAuditOptions,
  { store, journal, inbox, spool, recorder }: Places,
  classifier: EventClassifier,
): ErasureReach {
  const journalPlace =
    journal === undefined
      ? []
      : [
          new JournalErasurePlace({
            rewrite: (rewrite, othersAreStopped) => journal.rewrite(rewrite, othersAreStopped),
            recordOf: (eventId) => store.get(eventId),
            personalPointers: (type) => classifier.classify(type, 'unknown').definition?.personal ?? [],
          }),
        ];
  return {
    waiting: [...(spool === undefined ? [] : [spool.waiting]), ...(isWaitingPlace(inbox) ? [inbox] : [])],
    places: journalPlace,
    settle: () => recorder.settled(limits.commitTimeoutMs),
    scrubs: store instanceof SqliteAuditStore,
  };
}

function isWaitingPlace(inbox: AuditInbox | undefined): inbox is AuditInbox & WaitingEvents {
  return inbox !== undefined && 'strip' in inbox;
}
