import { createParamDecorator, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import type { AuditActor } from 'nestjs-audited';
import type { AuthenticatedRequest } from '../auth/authenticated-request.js';

/** Whoever the guards let in, as the record of what they do names them. */
export const CurrentOperator = createParamDecorator((_: unknown, context: ExecutionContext): AuditActor => {
  const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (user === undefined) {
    throw new UnauthorizedException('The route has no guard that says who calls');
  }
  return { kind: 'user', ...user };
});
