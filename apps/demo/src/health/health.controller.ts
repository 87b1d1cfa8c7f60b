import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditService, NotAudited } from 'nestjs-audited';

/** Whether the application works, and whether its trail does. */
export interface Health {
  /** `degraded`: requests are answered, but the audit trail failed at least once since the start. */
  readonly status: 'ok' | 'degraded';
  /** Failures of the trail since the start, by cause. */
  readonly auditFailures: Readonly<Record<string, number>>;
}

/** For load balancers and people. */
@Controller('health')
@ApiTags('health')
export class HealthController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @NotAudited('asked every few seconds, says nothing about anybody')
  read(): Health {
    const auditFailures = this.audit.failures();
    return { status: Object.keys(auditFailures).length === 0 ? 'ok' : 'degraded', auditFailures };
  }
}
