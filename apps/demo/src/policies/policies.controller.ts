import { Body, Controller, Delete, HttpCode, NotFoundException, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { AuditService, type AuditFacts } from 'nestjs-audited';
import { JwtGuard } from '../auth/jwt.guard.js';
import { Roles } from '../auth/roles.decorator.js';
import { RolesGuard } from '../auth/roles.guard.js';
import { Audited, type EventType } from '../event-types.js';
import { PoliciesService, type Policy } from './policies.service.js';
import { PolicyDto } from './policy.dto.js';

const BY_ID = { type: 'policy', id: 'params.id', name: 'body.title' } as const;

/** Who may do what. Records hold what exactly was changed. */
@Controller('policies')
@UseGuards(JwtGuard, RolesGuard)
@Roles('admin')
@ApiBearerAuth()
@ApiTags('policies')
export class PoliciesController {
  constructor(
    private readonly policies: PoliciesService,
    private readonly audit: AuditService,
  ) {}

  @Put(':id')
  @Audited<Policy>('policy.modified', {
    resource: BY_ID,
    action: 'Save policy {params.id}',
    before: policyNow,
    after: 'result',
  })
  save(@Param('id') id: string, @Body() wanted: PolicyDto): Policy {
    if (this.policies.find(id) === undefined) {
      const type: EventType = 'policy.created';
      this.audit.enrich({ type });
    }
    return this.policies.save(id, wanted);
  }

  @Delete(':id')
  @HttpCode(204)
  // What cannot be undone does not begin before the log knows of it: an intent first, then the outcome.
  @Audited('policy.deleted', {
    resource: BY_ID,
    action: 'Delete policy {params.id}',
    before: policyNow,
    durability: 'required',
  })
  delete(@Param('id') id: string): void {
    if (!this.policies.delete(id)) {
      throw new NotFoundException(`There is no policy ${id}`);
    }
  }

  /** The policy as it stands; `undefined` when there is none. */
  current(id: string): Policy | undefined {
    return this.policies.find(id);
  }
}

function policyNow({ controller, params }: AuditFacts): Policy | undefined {
  return controller instanceof PoliciesController ? controller.current(params['id'] ?? '') : undefined;
}
