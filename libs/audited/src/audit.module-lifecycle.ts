import type { Provider } from '@nestjs/common';
import { AUDIT_OPTIONS } from './audit.module-definition.js';
import type { ResolvedAuditOptions } from './audit.options.js';
import { HttpCapture } from './capture/http/http-capture.js';
import { CheckpointSchedule } from './custody/checkpoints/checkpoint-schedule.js';
import { DeliveryEngine } from './delivery/engine/delivery.engine.js';
import { DeliveryRecorder } from './delivery/operating/delivery-recorder.js';
import { systemClock } from './event/clock.js';
import { IndexKeeper } from './reading/index-keeper.js';
import { FailureLog } from './recording/accounting/failure-log.js';
import { RecorderCounters } from './recording/accounting/recorder-counters.js';
import { AuditRecorder } from './recording/audit-recorder.js';
import { Journal } from './recording/journal/journal.js';
import { AuditLifecycle } from './recording/lifecycle/audit-lifecycle.js';
import { Sequencer } from './recording/transactions/sequencer.js';
import { DurableWriter } from './recording/writing/durable-writer.js';
import { AuditStore } from './storage/audit-store.js';

/** Begins and ends everything else, in its order. */
export const LIFECYCLE_PROVIDER: Provider = {
  provide: AuditLifecycle,
  inject: [
    AUDIT_OPTIONS,
    AuditRecorder,
    RecorderCounters,
    FailureLog,
    DurableWriter,
    AuditStore,
    Journal,
    Sequencer,
    HttpCapture,
    CheckpointSchedule,
    DeliveryEngine,
    DeliveryRecorder,
    IndexKeeper,
  ],
  useFactory: (
    { lifecycle, limits: { shutdownTimeoutMs } }: ResolvedAuditOptions,
    recorder: AuditRecorder,
    counters: RecorderCounters,
    failures: FailureLog,
    writer: DurableWriter,
    store: AuditStore,
    journal: Journal | undefined,
    sequencer: Sequencer | undefined,
    requests: HttpCapture,
    checkpoints: CheckpointSchedule,
    deliveries: DeliveryEngine,
    deliveryRecords: DeliveryRecorder,
    index: IndexKeeper,
  ) =>
    new AuditLifecycle({
      recorder,
      counters,
      failures,
      clock: systemClock,
      types: lifecycle,
      backlog: () => writer.status().backlog,
      shutdownTimeoutMs,
      sources: [
        { name: 'the requests that nobody waits for', close: (timeoutMs) => requests.settleAbandoned(timeoutMs) },
        { name: 'the sequencer', close: async (timeoutMs) => sequencer?.close(timeoutMs) },
        { name: 'the records of deliveries', close: async () => deliveryRecords.flush() },
      ],
      resources: [
        { name: 'the writer', close: (timeoutMs) => writer.close(timeoutMs) },
        // The spool has been emptied as far as it can be, and what is signed goes into the journal too.
        { name: 'the checkpoints', close: (timeoutMs) => checkpoints.close(timeoutMs) },
        { name: 'the journal', close: async () => journal?.close() },
        // Everything is in the log now, the last checkpoint too; what does not get away is sent at the next start.
        { name: 'the destinations', close: (timeoutMs) => deliveries.close(timeoutMs / 2) },
        // What it has not taken in is taken in at the next start.
        { name: 'the index', close: (timeoutMs) => index.close(timeoutMs / 2) },
        { name: 'the store', close: () => store.close() },
      ],
    }),
};
