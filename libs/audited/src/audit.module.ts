import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type NestModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  AUDIT_OPTIONS,
  AuditModuleBase,
  checkAsyncOptions,
  checkRootOptions,
  GIVEN_AUDIT_OPTIONS,
  type AuditModuleRootAsyncOptions,
  type AuditModuleRootOptions,
} from './audit.module-definition.js';
import { resolveOptions, type AuditModuleOptions, type ResolvedAuditOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { CaptureBootstrap } from './capture/capture-bootstrap.js';
import { HttpCapture } from './capture/http/http-capture.js';
import { auditCatalogue } from './catalogue/audit.catalogue.js';
import { EventClassifier } from './catalogue/event-classifier.js';
import { systemClock } from './event/clock.js';
import { EventIds } from './event/event-id.js';
import { PersonalSalts } from './integrity/personal-commitment.js';
import { AuditContext } from './recording/audit-context.js';
import { AuditRecorder } from './recording/audit-recorder.js';
import { AuditService } from './recording/audit.service.js';
import { EventComposer } from './recording/composing/event-composer.js';
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
    {
      provide: FailureLog,
      inject: [Redactor],
      useFactory: (redactor: Redactor) => new FailureLog(new Logger(LOG_CONTEXT), (text) => lineOf(text, redactor)),
    },
    { provide: AuditContext, useFactory: () => new AuditContext() },
    {
      provide: Redactor,
      inject: [AUDIT_OPTIONS],
      useFactory: ({ redaction }: ResolvedAuditOptions) => new Redactor(redaction),
    },
    {
      provide: EventComposer,
      inject: [AUDIT_OPTIONS, Redactor],
      useFactory: composerOf,
    },
    {
      provide: SqliteAuditStore,
      // The composer is not used: it is built before, so that wrong options never leave a database behind.
      inject: [AUDIT_OPTIONS, EventComposer],
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
      inject: [AUDIT_OPTIONS, AuditStore, EventComposer, FailureLog],
      useFactory: (
        { durability, limits }: ResolvedAuditOptions,
        store: AuditStore,
        composer: EventComposer,
        failures: FailureLog,
      ) => new AuditRecorder(store, composer, failures, durability, limits),
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
  /** @throws OptionsInvalidError for what has to be known now; the rest of the options is checked at boot */
  static override forRoot(options: AuditModuleRootOptions = {}): DynamicModule {
    checkRootOptions(options);
    return super.forRoot(options);
  }

  /** As {@link forRoot}, with options that a factory returns: from a configuration service, say. */
  static override forRootAsync(options: AuditModuleRootAsyncOptions): DynamicModule {
    checkAsyncOptions(options);
    return super.forRootAsync(options);
  }

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

/** What an error says may come from a client: it reaches the console like any other text, safe for a line. */
function lineOf(text: string, redactor: Redactor): string {
  return redactor.line(text, '/error/message', { truncated: [], redacted: [] }) ?? '';
}
