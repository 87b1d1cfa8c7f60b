import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditService } from 'nestjs-audited';
import { deploymentEvents } from './event-types.js';

/** Records when the application starts and when it is told to stop: gaps in a trail need an explanation. */
@Injectable()
export class SystemEventsService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly audit: AuditService) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.audit.record(deploymentEvents.systemStartup({ outcome: 'success', details: { node: process.version } }));
  }

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    await this.audit.record(
      deploymentEvents.systemShutdown({ outcome: 'success', ...(signal === undefined ? {} : { reason: signal }) }),
    );
  }
}
