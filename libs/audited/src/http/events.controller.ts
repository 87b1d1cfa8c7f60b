import { BadRequestException, Controller, Get, Header, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { Audited } from '../capture/audited.decorator.js';
import type { AuditRecord } from '../event/audit-record.js';
import { AuditDestinations } from '../delivery/operating/audit-destinations.js';
import type { DeliveryReceipt } from '../delivery/operating/destination-status.js';
import { AuditReader } from '../storage/audit-reader.js';
import type { AuditPage } from '../storage/audit-query.js';
import { parseEventsQuery, refuseParameters } from './events-query.js';
import { readForAnswer } from './unavailable-log.js';

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Records, newest first. */
@Controller()
@Audited('audit.read', { types: { denied: 'audit.denied' }, resource: { type: 'audit-trail' } })
export class EventsController {
  constructor(
    @Inject(AuditReader) private readonly reader: AuditReader,
    @Inject(AuditDestinations) private readonly destinations: AuditDestinations,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Audited({ action: 'Audit trail read', details: ['query'] })
  find(@Query() query: Readonly<Record<string, unknown>>): Promise<AuditPage> {
    return readForAnswer(this.reader.find(parseEventsQuery(query)));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  @Audited({ action: 'Audit record read', resource: { type: 'audit-record', id: 'params.id' } })
  async get(@Param('id') id: string, @Query() query: Readonly<Record<string, unknown>>): Promise<AuditRecord> {
    refuseParameters(query);
    return this.recordOf(id);
  }

  @Get(':id/receipts')
  @Header('cache-control', 'no-store')
  @Audited({ action: 'Receipts of an audit record read', resource: { type: 'audit-record', id: 'params.id' } })
  async receipts(
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, unknown>>,
  ): Promise<readonly DeliveryReceipt[]> {
    refuseParameters(query);
    const { event } = await this.recordOf(id);
    return readForAnswer(this.destinations.receipts(event.id));
  }

  private async recordOf(id: string): Promise<AuditRecord> {
    if (!EVENT_ID.test(id)) {
      throw new BadRequestException(
        '"id" is not the id of an event (UUIDv7). Take it from a record or the x-audit-id header.',
      );
    }
    const record = await readForAnswer(this.reader.get(id.toLowerCase()));
    if (record === undefined) {
      throw new NotFoundException(`There is no event ${id}`);
    }
    return record;
  }
}
