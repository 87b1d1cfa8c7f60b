import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuditService } from 'nestjs-audited';
import type { AuthenticatedRequest } from './authenticated-request.js';
import { sameSecret } from './same-secret.js';

const DEMO_KEY = 'demo-key';

/** Lets in clients with the API key of the demo. In the trail a client is a fingerprint, never its key. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly audit: AuditService) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const key = request.headers['x-api-key'];
    if (typeof key !== 'string' || !sameSecret(key, DEMO_KEY)) {
      throw new UnauthorizedException('A valid API key is needed in the header x-api-key');
    }
    request.user = { kind: 'service', id: this.audit.fingerprint(key), name: 'demo client' };
    return true;
  }
}
