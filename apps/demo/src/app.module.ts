import { Module, type DynamicModule } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { AuditModule } from 'nestjs-audited';
import { AuditHttpModule } from 'nestjs-audited/http';
import { ApprovalsModule } from './approvals/approvals.module.js';
import { auditAccess } from './auth/audit-access.js';
import { AuthModule } from './auth/auth.module.js';
import { JwtGuard } from './auth/jwt.guard.js';
import { checkpointKeyFor } from './checkpoint-key.js';
import { ConfigurationModule } from './configuration/configuration.module.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import type { DemoSettings } from './demo.settings.js';
import { DeploymentsModule } from './deployments/deployments.module.js';
import { DestinationsModule } from './destinations/destinations.module.js';
import { siemDestination } from './destinations/siem.destination.js';
import { catalogues } from './event-types.js';
import { HealthModule } from './health/health.module.js';
import { PoliciesModule } from './policies/policies.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { SignpostController } from './signpost.controller.js';

/** Two small domains, deployments and scam intelligence, with one audit trail. */
@Module({ controllers: [SignpostController] })
export class AppModule {
  static with(settings: DemoSettings): DynamicModule {
    const { database, fingerprintKey, siem } = settings;
    return {
      module: AppModule,
      imports: [
        AuditModule.forRoot({
          database,
          catalogues,
          origin: { component: 'audited-demo', environment: 'demo' },
          // A new state-changing route that nobody thought of auditing stops the start.
          capture: { coverage: 'error', unmatched: true },
          // The first and the last record of every process, in the words of the deployment catalogue.
          lifecycle: { started: 'system.startup', stopped: 'system.shutdown' },
          // Signed often, so that there is something to look at soon.
          checkpoints: { origin: 'demo.example/audited', keys: checkpointKeyFor(database), intervalMs: 10_000 },
          destinations: siem === undefined ? [] : [siemDestination(siem)],
          redaction: fingerprintKey === undefined ? {} : { fingerprintKey },
        }),
        AuditHttpModule.forRoot({
          guards: [JwtGuard],
          access: auditAccess,
          decorators: [ApiBearerAuth(), ApiTags('audit')],
        }),
        AuthModule.with(settings),
        DeploymentsModule,
        ApprovalsModule,
        PoliciesModule,
        ConfigurationModule,
        ConversationsModule,
        ReportsModule,
        DestinationsModule,
        HealthModule,
      ],
    };
  }
}
