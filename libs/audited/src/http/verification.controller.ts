import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { Audited } from '../capture/audited.decorator.js';
import type { IntegrityReport } from '../integrity/integrity-fault.js';
import { AuditService } from '../recording/audit.service.js';
import { refuseParameters } from './events-query.js';
import { readForAnswer } from './unavailable-log.js';

/** Proof that nothing was changed or removed. */
@Controller()
export class VerificationController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited<IntegrityReport>('audit.verify', {
    action: 'Audit trail verified',
    types: { denied: 'audit.denied' },
    resource: { type: 'audit-trail' },
    details: ({ result }) =>
      result === undefined ? undefined : { ok: result.ok, records: result.records, faultCount: result.faultCount },
  })
  verify(@Query() query: Readonly<Record<string, unknown>>): Promise<IntegrityReport> {
    refuseParameters(query);
    return readForAnswer(this.audit.verify());
  }
}
