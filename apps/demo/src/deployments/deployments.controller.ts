import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { AuditService, type AuditFacts } from 'nestjs-audited';
import { CurrentUserId } from '../auth/current-user-id.decorator.js';
import { JwtGuard } from '../auth/jwt.guard.js';
import { Roles } from '../auth/roles.decorator.js';
import { RolesGuard } from '../auth/roles.guard.js';
import { Audited } from '../event-types.js';
import type { Deployment } from './deployment.js';
import { DeploymentEndDto, NewDeploymentDto } from './deployment.dto.js';
import { DeploymentsService } from './deployments.service.js';

const BY_ID = { type: 'deployment', id: 'params.id', name: 'result.agentId' } as const;

/** The life of a deployment. */
@Controller('deployments')
@UseGuards(JwtGuard, RolesGuard)
@Roles('release_manager', 'admin')
@ApiBearerAuth()
@ApiTags('deployments')
export class DeploymentsController {
  constructor(
    private readonly deployments: DeploymentsService,
    private readonly audit: AuditService,
  ) {}

  @Post()
  @Audited('deploy.initiated', {
    resource: { type: 'deployment', id: 'result.id', name: 'body.agentId' },
    action: 'Deploy {body.agentId} {body.version} to {body.environment}',
    details: ['body.agentId', 'body.version', 'body.config'],
    environment: targetEnvironment,
  })
  initiate(@Body() wanted: NewDeploymentDto, @CurrentUserId() userId: string): Deployment {
    return this.deployments.initiate(wanted, userId);
  }

  @Post(':id/complete')
  @HttpCode(200)
  @Audited('deploy.completed', { resource: BY_ID, action: 'Complete deployment {params.id}' })
  complete(@Param('id', ParseUUIDPipe) id: string): Deployment {
    return this.move(id, 'completed');
  }

  @Post(':id/fail')
  @HttpCode(200)
  @Audited('deploy.failed', {
    resource: BY_ID,
    action: 'Report deployment {params.id} as failed',
    reason: 'body.reason',
  })
  fail(@Param('id', ParseUUIDPipe) id: string, @Body() _end: DeploymentEndDto): Deployment {
    return this.move(id, 'failed');
  }

  @Post(':id/rollback')
  @HttpCode(200)
  @Audited('deploy.rolled_back', { resource: BY_ID, action: 'Roll back deployment {params.id}', reason: 'body.reason' })
  rollback(@Param('id', ParseUUIDPipe) id: string, @Body() _end: DeploymentEndDto): Deployment {
    return this.move(id, 'rolled_back');
  }

  private move(id: string, status: Parameters<DeploymentsService['move']>[1]): Deployment {
    const { before, after } = this.deployments.move(id, status);
    this.audit.enrich({ before, after, environment: after.environment });
    return after;
  }
}

/** Also called when a guard refused, before anybody checked the body: it may be anything. */
function targetEnvironment({ body }: AuditFacts): string | undefined {
  const environment = (body as Partial<NewDeploymentDto> | undefined)?.environment;
  return typeof environment === 'string' ? environment : undefined;
}
