import { Body, Controller, Get, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { AuditService } from 'nestjs-audited';
import { JwtGuard } from '../auth/jwt.guard.js';
import { Roles } from '../auth/roles.decorator.js';
import { RolesGuard } from '../auth/roles.guard.js';
import { Audited } from '../event-types.js';
import { ConfigurationKeyPipe } from './configuration-key.pipe.js';
import { ConfigurationValueDto } from './configuration.dto.js';
import { ConfigurationService, type ConfigurationEntry } from './configuration.service.js';

const BY_KEY = { type: 'configuration', id: 'params.key' } as const;

/** Settings. Reading one is recorded too, because some of them are secrets. */
@Controller('config')
@UseGuards(JwtGuard, RolesGuard)
@ApiBearerAuth()
@ApiTags('configuration')
export class ConfigurationController {
  constructor(
    private readonly configuration: ConfigurationService,
    private readonly audit: AuditService,
  ) {}

  @Get(':key')
  @Roles('developer', 'release_manager', 'auditor', 'admin')
  @Audited('config.accessed', { resource: BY_KEY, action: 'Read configuration {params.key}' })
  get(@Param('key', ConfigurationKeyPipe) key: string): ConfigurationEntry {
    return this.configuration.get(key);
  }

  @Put(':key')
  @Roles('release_manager', 'admin')
  @Audited('config.changed', { resource: BY_KEY, action: 'Change configuration {params.key}' })
  set(@Param('key', ConfigurationKeyPipe) key: string, @Body() { value }: ConfigurationValueDto): ConfigurationEntry {
    const before = this.configuration.set(key, value);
    // Named by its key, a secret such as smtp.password is recognised as one: changed, but never shown.
    this.audit.enrich({ changes: [{ field: key, before, after: value }] });
    return { key, value };
  }
}
