import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AuditService } from 'nestjs-audited';
import { Audited } from '../event-types.js';
import type { AccessClaims } from './jwt.guard.js';
import { AccessDto, LoginDto } from './login.dto.js';
import { UserDirectory } from './user-directory.js';

/** Log-in. The body is not in the details on purpose: it holds the password. */
@Controller('auth')
@ApiTags('auth')
export class AuthController {
  constructor(
    private readonly users: UserDirectory,
    private readonly jwt: JwtService,
    private readonly audit: AuditService,
  ) {}

  @Post('login')
  @HttpCode(200)
  @ApiOkResponse({ type: AccessDto })
  @Audited('auth.login', {
    types: { failed: 'auth.failed' },
    resource: { type: 'user', id: 'body.username' },
    action: 'Log in as {body.username}',
  })
  async login(@Body() { username, password }: LoginDto): Promise<AccessDto> {
    const { id, name, email, roles } = this.users.authenticate(username, password);
    // No guard stands in front of this route, so nobody else can say who acted.
    this.audit.enrich({ actor: { kind: 'user', id, name, email, roles } });
    const claims: AccessClaims = { sub: id, name, email, roles };
    return { accessToken: await this.jwt.signAsync(claims) };
  }
}
