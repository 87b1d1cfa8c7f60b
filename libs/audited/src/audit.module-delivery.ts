import { randomUUID } from 'node:crypto';
import type { Provider } from '@nestjs/common';
import { AUDIT_OPTIONS } from './audit.module-definition.js';
import { auditLogger, lineOf } from './audit.module-factories.js';
import type { ResolvedAuditOptions } from './audit.options.js';
import { AppendSignal } from './delivery/engine/append-signal.js';
import { DeliveryEngine } from './delivery/engine/delivery.engine.js';
import { systemTimer } from './delivery/engine/delivery-timer.js';
import { AuditDestinations } from './delivery/operating/audit-destinations.js';
import { DeliveryRecorder } from './delivery/operating/delivery-recorder.js';
import { FailureLog } from './recording/accounting/failure-log.js';
import { AuditContext } from './recording/context/audit-context.js';
import { ContextualDrafts } from './recording/context/contextual-drafts.js';
import { AuditRecorder } from './recording/audit-recorder.js';
import { Redactor } from './redaction/redactor.js';
import { AuditReader } from './storage/audit-reader.js';
import { AuditStore } from './storage/audit-store.js';
import type { DatabaseStore } from './typeorm/audit-database.js';

/** Bringing records to their destinations. */
export const DELIVERY_PROVIDERS: Provider[] = [
  { provide: AppendSignal, useFactory: () => new AppendSignal() },
  {
    provide: DeliveryRecorder,
    inject: [AuditRecorder, FailureLog, Redactor],
    useFactory: (recorder: AuditRecorder, failures: FailureLog, redactor: Redactor) =>
      new DeliveryRecorder({
        record: (draft) => recorder.record(draft, 'recorded'),
        announce: (sentence, isGood) =>
          failures.guarded(() => auditLogger()[isGood ? 'log' : 'error'](lineOf(sentence, redactor))),
        report: (problem, error) => failures.report('delivery', problem, error),
        solved: () => failures.recovered('delivery'),
        timer: systemTimer,
      }),
  },
  {
    provide: DeliveryEngine,
    inject: [AUDIT_OPTIONS, AuditStore, DeliveryRecorder, AppendSignal],
    useFactory: (
      { destinations, delivery, origin }: ResolvedAuditOptions,
      store: DatabaseStore,
      notices: DeliveryRecorder,
      signal: AppendSignal,
    ) => {
      const engine = new DeliveryEngine({
        ...delivery,
        stream: store.custody(),
        ledger: store.ledger(),
        notices,
        timer: systemTimer,
        random: Math.random,
        // Of this process and no other: an instance id that is configured may be the same in several.
        holder: `${(origin.instanceId ?? '').slice(0, 128)}#${randomUUID()}`,
      });
      destinations.forEach((destination) => engine.add(destination));
      signal.listen((chain, through) => engine.appended(chain, through));
      return engine;
    },
  },
  {
    provide: AuditDestinations,
    inject: [AuditStore, AuditReader, AuditRecorder, AuditContext, FailureLog, DeliveryEngine],
    useFactory: (
      store: DatabaseStore,
      reader: AuditReader,
      recorder: AuditRecorder,
      context: AuditContext,
      failures: FailureLog,
      engine: DeliveryEngine,
    ) => {
      const drafts = new ContextualDrafts(context, failures);
      return new AuditDestinations(
        {
          ledger: store.ledger(),
          stream: store.custody(),
          reader,
          record: async (draft) => recorder.record(await drafts.inContext(draft), 'recorded'),
        },
        engine,
      );
    },
  },
];
