import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentUserId } from '../auth/current-user-id.decorator.js';
import { JwtGuard } from '../auth/jwt.guard.js';
import { Roles } from '../auth/roles.decorator.js';
import { RolesGuard } from '../auth/roles.guard.js';
import { DeploymentsService } from '../deployments/deployments.service.js';
import { Audited } from '../event-types.js';
import { ApprovalDecisionDto, ApprovalRequestDto } from './approval.dto.js';
import { ApprovalsService, type Approval } from './approvals.service.js';

const DECIDED = { type: 'approval', id: 'params.id' } as const;

/** Who may go on with a deployment, and who said so. */
@Controller()
@UseGuards(JwtGuard, RolesGuard)
@ApiBearerAuth()
@ApiTags('approvals')
export class ApprovalsController {
  constructor(
    private readonly approvals: ApprovalsService,
    private readonly deployments: DeploymentsService,
  ) {}

  @Post('deployments/:id/approval-requests')
  @Roles('developer', 'release_manager', 'admin')
  @Audited('approval.requested', {
    resource: { type: 'approval', id: 'result.id' },
    action: 'Ask for approval of deployment {params.id}',
    details: ['result.deploymentId'],
    reason: 'body.reason',
    ticket: 'body.ticket',
  })
  request(
    @Param('id', ParseUUIDPipe) deploymentId: string,
    @Body() _request: ApprovalRequestDto,
    @CurrentUserId() userId: string,
  ): Approval {
    return this.approvals.request(this.deployments.get(deploymentId).id, userId);
  }

  @Post('approvals/:id/grant')
  @HttpCode(200)
  @Roles('release_manager', 'admin')
  @Audited('approval.granted', {
    resource: DECIDED,
    action: 'Grant approval {params.id}',
    details: ['result.deploymentId'],
    reason: 'body.reason',
  })
  grant(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() _decision: ApprovalDecisionDto,
    @CurrentUserId() userId: string,
  ): Approval {
    return this.approvals.decide(id, 'granted', userId);
  }

  @Post('approvals/:id/deny')
  @HttpCode(200)
  @Roles('release_manager', 'admin')
  @Audited('approval.denied', {
    resource: DECIDED,
    action: 'Deny approval {params.id}',
    details: ['result.deploymentId'],
    reason: 'body.reason',
  })
  deny(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() _decision: ApprovalDecisionDto,
    @CurrentUserId() userId: string,
  ): Approval {
    return this.approvals.decide(id, 'denied', userId);
  }
}
