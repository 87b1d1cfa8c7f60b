import { Inject, Logger, Module, type NestModule, type OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuditModuleBase, AUDIT_OPTIONS, GIVEN_AUDIT_OPTIONS } from './audit.module-definition.js';
import { resolveOptions, type AuditModuleOptions, type ResolvedAuditOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { CaptureBootstrap } from './capture/capture-bootstrap.js';
import { HttpCapture } from './capture/http-capture.js';
import { auditCatalogue } from './catalogue/audit.catalogue.js';
import { EventClassifier } from './catalogue/event-classifier.js';
import { systemClock } from './event/clock.js';
import { EventIds } from './event/event-id.js';
import { PersonalSalts } from './integrity/personal-commitment.js';
import { AuditContext } from './recording/audit-context.js';
import { AuditRecorder } from './recording/audit-recorder.js';
import { AuditService } from './recording/audit.service.js';
import { EventComposer } from './recording/event-composer.js';
import { FailureLog } from './recording/failure-log.js';
import { Redactor } from './redaction/redactor.js';
import { AuditReader } from './storage/audit-reader.js';
import { AuditStore } from './storage/audit-store.js';
import { SqliteAuditStore } from './typeorm/sqlite/sqlite.audit-store.js';

const LOG_CONTEXT = 'AuditModule';

/**
 * The audit trail of an application. Import it once, in the root module:
 *
 * @example
 * ```ts
 * @Module({ imports: [AuditModule.forRoot({ database: 'data/audit.sqlite' })] })
 * export class AppModule {}
 * ```
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: AUDIT_OPTIONS,
      inject: [GIVEN_AUDIT_OPTIONS],
      useFactory: (given: AuditModuleOptions) => resolveOptions(given),
    },
    { provide: FailureLog, useFactory: () => new FailureLog(new Logger(LOG_CONTEXT)) },
    { provide: AuditContext, useFactory: () => new AuditContext() },
    {
      provide: Redactor,
      inject: [AUDIT_OPTIONS],
      useFactory: ({ redaction }: ResolvedAuditOptions) => new Redactor(redaction),
    },
    {
      provide: SqliteAuditStore,
      inject: [AUDIT_OPTIONS],
      useFactory: async ({ database }: ResolvedAuditOptions) => {
        const store = new SqliteAuditStore(database);
        await store.open();
        return store;
      },
    },
    { provide: AuditStore, useExisting: SqliteAuditStore },
    { provide: AuditReader, useExisting: SqliteAuditStore },
    {
      provide: AuditRecorder,
      inject: [AUDIT_OPTIONS, AuditStore, Redactor, FailureLog],
      useFactory: (options: ResolvedAuditOptions, store: AuditStore, redactor: Redactor, failures: FailureLog) =>
        new AuditRecorder(store, composerOf(options, redactor), failures, options.durability, options.limits),
    },
    {
      provide: AuditService,
      inject: [AuditRecorder, AuditReader, AuditContext, Redactor, FailureLog],
      useFactory: (
        recorder: AuditRecorder,
        reader: AuditReader,
        context: AuditContext,
        redactor: Redactor,
        failures: FailureLog,
      ) => new AuditService({ recorder, reader, context, redactor, failures }),
    },
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
  ],
  exports: [AuditService, AuditReader],
})
export class AuditModule extends AuditModuleBase implements NestModule, OnApplicationShutdown {
  constructor(
    @Inject(CaptureBootstrap) private readonly bootstrap: CaptureBootstrap,
    @Inject(HttpCapture) private readonly capture: HttpCapture,
    @Inject(AuditRecorder) private readonly recorder: AuditRecorder,
    @Inject(AuditStore) private readonly store: AuditStore,
  ) {
    super();
  }

  /** Nest calls this after every provider was made and before any route is registered. */
  configure(): void {
    this.bootstrap.prepare(AuditModule, new Logger(LOG_CONTEXT));
  }

  /** Connections are closed by now: everything that was accepted becomes durable. */
  async onApplicationShutdown(): Promise<void> {
    await this.capture.settleAbandoned();
    await this.recorder.close();
    await this.store.close();
  }
}

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
