import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { AuthenticatedRequest } from './authenticated-request.js';
import type { User } from './user-directory.js';

/** What an access token says about its bearer. */
export interface AccessClaims extends Omit<User, 'id'> {
  readonly sub: string;
}

const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Lets in whoever brings a valid access token, and leaves its bearer on the request. */
@Injectable()
export class JwtGuard implements CanActivate {
  constructor(private readonly jwt: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = BEARER.exec(String(request.headers['authorization']))?.[1];
    if (token === undefined) {
      throw new UnauthorizedException('An access token is needed: log in and send "authorization: Bearer <token>"');
    }
    request.user = await this.bearerOf(token);
    return true;
  }

  private async bearerOf(token: string): Promise<User> {
    try {
      const { sub, name, email, roles } = await this.jwt.verifyAsync<AccessClaims>(token);
      return { id: sub, name, email, roles };
    } catch (error) {
      // The reason (expired, forged) helps an attacker; the cause stays for the server's own log.
      throw new UnauthorizedException('The access token is not valid: log in again', { cause: error });
    }
  }
}
