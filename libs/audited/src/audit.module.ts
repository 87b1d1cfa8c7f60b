import {
  Inject,
  Module,
  type DynamicModule,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  AUDIT_DATA_SOURCE,
  AuditModuleBase,
  checkAsyncOptions,
  checkRootOptions,
  type AuditModuleRootAsyncOptions,
  type AuditModuleRootOptions,
} from './audit.module-definition.js';
import { auditLogger } from './audit.module-factories.js';
import { AUDIT_PROVIDERS } from './audit.module-providers.js';
import { AuditCustody } from './custody/audit-custody.js';
import { DeliveryEngine } from './delivery/engine/delivery.engine.js';
import { AuditDestinations } from './delivery/operating/audit-destinations.js';
import { CheckpointSchedule } from './custody/checkpoints/checkpoint-schedule.js';
import { CaptureBootstrap } from './capture/capture-bootstrap.js';
import { IndexKeeper } from './reading/index-keeper.js';
import { AuditLifecycle } from './recording/lifecycle/audit-lifecycle.js';
import { AuditService } from './recording/audit.service.js';
import { AuditJournal } from './recording/journal/audit-journal.js';
import { LogFlows } from './reading/log-flows.js';
import { EventTypes } from './catalogue/event-types.js';
import { AuditReader } from './storage/audit-reader.js';
import { LogIndex } from './storage/reading/log-index.js';
import { StatisticsReader } from './storage/reading/audit-statistics.js';

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
  providers: AUDIT_PROVIDERS,
  exports: [
    AuditService,
    AuditReader,
    StatisticsReader,
    LogIndex,
    LogFlows,
    EventTypes,
    AuditJournal,
    AuditCustody,
    AuditDestinations,
  ],
})
export class AuditModule extends AuditModuleBase implements NestModule, OnApplicationBootstrap, OnApplicationShutdown {
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
    @Inject(AuditLifecycle) private readonly lifecycle: AuditLifecycle,
    @Inject(CheckpointSchedule) private readonly checkpoints: CheckpointSchedule,
    @Inject(DeliveryEngine) private readonly deliveries: DeliveryEngine,
    @Inject(IndexKeeper) private readonly index: IndexKeeper,
    @Inject(AUDIT_DATA_SOURCE) private readonly application: unknown,
  ) {
    super();
  }

  /** Nest calls this after every provider was made and before any route is registered. */
  configure(): void {
    this.bootstrap.prepare(AuditModule, auditLogger(), this.application !== undefined, [AuditDestinations]);
  }

  /** The application is complete, and does not listen yet. */
  async onApplicationBootstrap(): Promise<void> {
    await this.lifecycle.start();
    this.checkpoints.start();
    this.deliveries.start();
    this.index.start();
  }

  /** Connections are closed by now: everything that was accepted becomes durable. */
  async onApplicationShutdown(): Promise<void> {
    await this.lifecycle.stop();
  }
}
