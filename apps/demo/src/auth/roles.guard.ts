import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { ROLES_METADATA } from './roles.decorator.js';

/** Refuses whoever has none of the roles that the route asks for. Stands behind the `JwtGuard`. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    const allowed = this.reflector.getAllAndOverride<readonly string[] | undefined>(ROLES_METADATA, places);
    if (allowed === undefined) {
      return true;
    }
    const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (user?.roles?.some((role) => allowed.includes(role)) !== true) {
      throw new ForbiddenException(`This needs one of the roles: ${allowed.join(', ')}`);
    }
    return true;
  }
}
