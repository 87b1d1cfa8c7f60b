import {
  BadRequestException,
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  UseGuards,
} from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import {
  AuditDestinations,
  Audited,
  DestinationUnknownError,
  OptionsInvalidError,
  type AuditActor,
  type DeadLetter,
  type DestinationStatus,
} from 'nestjs-audited';
import { JwtGuard } from '../auth/jwt.guard.js';
import { Roles } from '../auth/roles.decorator.js';
import { RolesGuard } from '../auth/roles.guard.js';
import { CurrentOperator } from './current-operator.decorator.js';
import { RewindDto } from './rewind.dto.js';

const BY_NAME = { type: 'audit.destination', id: 'params.name' } as const;
const DENIED = { types: { denied: 'audit.denied' } } as const;

/**
 * For operators: where records go, how that does, and what to do when it does not. Each call is recorded here, the refused
 * ones too; what it changed, `AuditDestinations` records besides, also where no route was involved.
 */
@Controller('destinations')
@UseGuards(JwtGuard, RolesGuard)
@ApiBearerAuth()
@ApiTags('destinations')
export class DestinationsController {
  constructor(private readonly destinations: AuditDestinations) {}

  @Get()
  @Roles('auditor', 'admin')
  @Audited('audit.read', { ...DENIED, action: 'Look at the destinations' })
  status(): Promise<readonly DestinationStatus[]> {
    return this.destinations.status();
  }

  @Get(':name/dead-letters')
  @Roles('auditor', 'admin')
  @Audited('audit.read', { ...DENIED, resource: BY_NAME, action: 'Look at the dead letters of {params.name}' })
  deadLetters(@Param('name') name: string): Promise<readonly DeadLetter[]> {
    return this.destinations.deadLetters({ destination: name });
  }

  @Post(':name/pause')
  @HttpCode(204)
  @Roles('admin')
  @Audited('audit.config_changed', { ...DENIED, resource: BY_NAME, action: 'Pause destination {params.name}' })
  pause(@Param('name') name: string, @CurrentOperator() by: AuditActor): Promise<void> {
    return answered(this.destinations.pause(name, { by }));
  }

  @Post(':name/resume')
  @HttpCode(204)
  @Roles('admin')
  @Audited('audit.config_changed', { ...DENIED, resource: BY_NAME, action: 'Resume destination {params.name}' })
  resume(@Param('name') name: string, @CurrentOperator() by: AuditActor): Promise<void> {
    return answered(this.destinations.resume(name, { by }));
  }

  @Post(':name/rewind')
  @HttpCode(204)
  @Roles('admin')
  @Audited('audit.config_changed', { ...DENIED, resource: BY_NAME, action: 'Rewind destination {params.name}' })
  rewind(
    @Param('name') name: string,
    @Body() { to = 'now', position, chain = 'main' }: RewindDto,
    @CurrentOperator() by: AuditActor,
  ): Promise<void> {
    const target = position === undefined ? to : { chain, position };
    return answered(this.destinations.rewind(name, target, { by }));
  }

  /** @returns how many dead letters are sent again */
  @Post(':name/replay')
  @HttpCode(200)
  @Roles('admin')
  @Audited('audit.config_changed', { ...DENIED, resource: BY_NAME, action: 'Replay dead letters of {params.name}' })
  async replay(@Param('name') name: string, @CurrentOperator() by: AuditActor): Promise<{ readonly count: number }> {
    return { count: await answered(this.destinations.replay({ destination: name }, { by })) };
  }
}

/** What the caller got wrong is the caller's error. */
async function answered<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DestinationUnknownError) {
      throw new NotFoundException(error.message, { cause: error });
    }
    if (error instanceof OptionsInvalidError) {
      throw new BadRequestException(error.message, { cause: error });
    }
    throw error;
  }
}
