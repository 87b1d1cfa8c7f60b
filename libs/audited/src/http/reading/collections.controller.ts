import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { Audited } from '../../capture/audited.decorator.js';
import type { AuditPage, AuditQuery } from '../../storage/audit-query.js';
import { Needs } from '../access/needs.decorator.js';
import { Asked, type AskedFor } from './asked.decorator.js';
import { AUDITED_READING } from './audited-reading.js';
import { LogReads } from './log-reads.js';
import { pathText } from './path-value.js';

/** The records that belong together: one flow, the history of a thing, what somebody did. */
@Controller()
@Needs({ permission: 'read' })
export class CollectionsController {
  constructor(@Inject(LogReads) private readonly reads: LogReads) {}

  /** The oldest first, as it happened. */
  @Get('correlation/:id')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', {
    ...AUDITED_READING,
    action: 'Records of a flow read',
    resource: { type: 'audit-correlation', id: 'params.id' },
  })
  correlation(
    @Param('id') id: string,
    @Asked('correlation') { query, read }: AskedFor<AuditQuery>,
  ): Promise<AuditPage> {
    return this.reads.find({ order: 'oldest', ...query, correlationId: pathText('id', id) }, read);
  }

  @Get('resources/:type/:id')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', {
    ...AUDITED_READING,
    action: 'History of a resource read',
    resource: { type: 'audit-resource', name: 'params.type', id: 'params.id' },
  })
  resource(
    @Param('type') type: string,
    @Param('id') id: string,
    @Asked('resource') { query, read }: AskedFor<AuditQuery>,
  ): Promise<AuditPage> {
    return this.reads.find({ ...query, resourceType: pathText('type', type), resourceId: pathText('id', id) }, read);
  }

  @Get('actors/:id')
  @Header('cache-control', 'no-store')
  @Audited('audit.read', {
    ...AUDITED_READING,
    action: 'Records of an actor read',
    resource: { type: 'audit-actor', id: 'params.id' },
  })
  actor(@Param('id') id: string, @Asked('actor') { query, read }: AskedFor<AuditQuery>): Promise<AuditPage> {
    return this.reads.find({ ...query, actorId: pathText('id', id) }, read);
  }
}
