import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import { AuditCustody } from '../../custody/audit-custody.js';
import type { IntegrityReport } from '../../integrity/integrity-fault.js';
import { AuditService } from '../../recording/audit.service.js';
import type { CheckpointQuery, StoredCheckpoint } from '../../storage/tree-store.js';
import { Needs } from '../access/needs.decorator.js';
import { Asked, type AskedFor } from './asked.decorator.js';
import { askedDetails, AUDITED_PROVING, AUDITED_READING } from './audited-reading.js';
import { LogReads } from './log-reads.js';

/** Proof that nothing was changed or removed. */
@Controller()
export class VerificationController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  /** Reads the whole log, so it has limits of its own, and it ends when whoever asked has gone. */
  @Get()
  @Header('cache-control', 'no-store')
  @Needs({ permission: 'verify', wholeLog: true, limited: 'verify' })
  @Audited<IntegrityReport>('audit.verify', {
    ...AUDITED_PROVING,
    action: 'Audit trail verified',
    details: ({ request, result }) =>
      askedDetails(
        request,
        result === undefined ? {} : { ok: result.ok, records: result.records, faultCount: result.faultCount },
      ),
  })
  async verify(@Asked('none') { read }: AskedFor): Promise<IntegrityReport> {
    const report = await this.audit.verify({ onProgress: () => read.signal.throwIfAborted() });
    if (!report.ok) {
      // The request went well; what it found did not.
      this.audit.enrich({ severity: 'critical', risk: 'critical' });
    }
    return report;
  }
}

/** What was signed. */
@Controller()
@Needs({ permission: 'verify', wholeLog: true })
export class CheckpointsController {
  constructor(
    @Inject(AuditCustody) private readonly custody: AuditCustody,
    @Inject(LogReads) private readonly reads: LogReads,
  ) {}

  /** The largest first, and the public keys that this log says are its own; a verifier brings his from elsewhere. */
  @Get()
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Checkpoints read' })
  async list(@Asked('checkpoints') { query, read }: AskedFor<CheckpointQuery>): Promise<{
    readonly checkpoints: readonly StoredCheckpoint[];
    readonly trustedKeys: readonly string[];
  }> {
    const checkpoints = await this.reads.within(read, () => this.custody.checkpoints(query));
    return { checkpoints, trustedKeys: this.custody.trustedKeys };
  }
}
