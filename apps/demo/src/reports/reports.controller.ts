import { randomUUID } from 'node:crypto';
import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import { AuditService } from 'nestjs-audited';
import { ApiKeyGuard } from '../auth/api-key.guard.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { Audited } from '../event-types.js';
import { NewReportDto } from './report.dto.js';

/** A report to an authority. */
export interface Report {
  readonly id: string;
  readonly reportType: string;
  readonly conversationId: string;
  readonly scamType: string;
}

/** Reports to law enforcement. A high risk, so their records are never written weaker than at once. */
@Controller('reports')
@UseGuards(ApiKeyGuard)
@ApiSecurity('api-key')
@ApiTags('reports')
export class ReportsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly audit: AuditService,
  ) {}

  @Post()
  @Audited<Report>('REPORT_FILED', {
    types: { denied: 'AUTH_FAILURE' },
    resource: { type: 'report', id: 'result.id' },
    action: 'File a report on conversation {body.conversationId}',
    details: ['result.reportType', 'result.scamType'],
  })
  file(@Body() { conversationId, reportType = 'cybercrime' }: NewReportDto): Report {
    this.audit.enrich({ sessionId: conversationId, targets: [{ type: 'conversation', id: conversationId }] });
    const { scamType } = this.conversations.get(conversationId);
    return { id: randomUUID(), reportType, conversationId, scamType };
  }
}
