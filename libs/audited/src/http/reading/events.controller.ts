import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import { AuditCustody } from '../../custody/audit-custody.js';
import type { EventProof } from '../../custody/bundle/event-proof.js';
import { AuditDestinations } from '../../delivery/operating/audit-destinations.js';
import type { DeliveryReceipt } from '../../delivery/operating/destination-status.js';
import type { AuditRecord } from '../../event/audit-record.js';
import type { AuditPage, AuditQuery } from '../../storage/audit-query.js';
import { Needs } from '../access/needs.decorator.js';
import { ProblemException, permissionProblem } from '../problems/problem.exception.js';
import { Asked, type AskedFor } from './asked.decorator.js';
import { AUDITED_PROVING, AUDITED_READING } from './audited-reading.js';
import { LogReads } from './log-reads.js';
import { pathEventId } from './path-value.js';

const RECORD = { type: 'audit-record', id: 'params.id' } as const;

/** Records, and what there is to say of a single one. */
@Controller()
@Needs({ permission: 'read' })
export class EventsController {
  constructor(
    @Inject(LogReads) private readonly reads: LogReads,
    @Inject(AuditDestinations) private readonly destinations: AuditDestinations,
    @Inject(AuditCustody) private readonly custody: AuditCustody,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Audit trail read' })
  find(@Asked('events') { query, read }: AskedFor<AuditQuery>): Promise<AuditPage> {
    return this.reads.find(query, read);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Audit record read', resource: RECORD })
  get(@Param('id') id: string, @Asked('none') asked: AskedFor): Promise<AuditRecord> {
    return this.recordOf(id, asked);
  }

  @Get(':id/receipts')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', { ...AUDITED_READING, action: 'Receipts of an audit record read', resource: RECORD })
  async receipts(@Param('id') id: string, @Asked('none') asked: AskedFor): Promise<readonly DeliveryReceipt[]> {
    const { event } = await this.recordOf(id, asked);
    return this.reads.within(asked.read, () => this.destinations.receipts(event.id));
  }

  @Get(':id/proof')
  @Header('cache-control', 'no-store')
  @Needs({ permission: 'verify' })
  @Audited('audit.verify', { ...AUDITED_PROVING, action: 'Proof of an audit record made', resource: RECORD })
  async proof(
    @Param('id') id: string,
    @Asked('proof') asked: AskedFor<{ readonly personal?: boolean }>,
  ): Promise<EventProof> {
    const { personal: withPersonal = false } = asked.query;
    if (withPersonal && !asked.access.permissions.includes('read-personal')) {
      throw permissionProblem('read-personal', 'A proof with its personal part shows personal data.', 'personal');
    }
    const { event } = await this.recordOf(id, asked);
    return this.reads.within(asked.read, () => this.custody.prove(event.id, { withPersonal }));
  }

  /** A record of somebody else's tenant is not there, as far as the caller can tell. */
  private async recordOf(given: string, { read }: AskedFor): Promise<AuditRecord> {
    const id = pathEventId(given);
    const record = await this.reads.get(id, read);
    if (record === undefined) {
      throw new ProblemException('not-found', `There is no event ${id}.`);
    }
    return record;
  }
}
