import { HttpException, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { rawResponse, type FrameworkResponse } from '../../capture/http/framework-request.js';
import { RESOLVED_HTTP_OPTIONS, type ResolvedAuditHttpOptions } from '../audit-http.options.js';
import { CallLimits } from '../limits/call-limits.js';
import { ProblemException, permissionProblem } from '../problems/problem.exception.js';
import { ACCESS_RESOLVER } from './access-choice.js';
import { accessFault, type AuditAccess, type AuditAccessResolver } from './audit-access.js';
import { grantTo, readOptionsOf } from './grant.js';
import { needsOf, type RouteNeeds } from './needs.decorator.js';

/** Stands behind the guards of the application: asks what the caller may do, and lets through what that covers. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(ACCESS_RESOLVER) private readonly resolver: AuditAccessResolver,
    @Inject(RESOLVED_HTTP_OPTIONS) private readonly options: ResolvedAuditHttpOptions,
    @Inject(CallLimits) private readonly limits: CallLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needs = needsOf(context);
    if (needs === undefined) {
      return false;
    }
    const access = await this.accessOf(context);
    checkPermission(access, needs);
    await this.limits.check(needs.limited, context);
    const http = context.switchToHttp();
    const signal = signalOf(http.getResponse());
    grantTo(http.getRequest(), { access, read: readOptionsOf(access, this.options.timeLimitMs, signal) });
    return true;
  }

  private async accessOf(context: ExecutionContext): Promise<AuditAccess> {
    let access: AuditAccess;
    try {
      access = await this.resolver.resolve(context);
    } catch (error) {
      if (error instanceof HttpException) {
        throw error;
      }
      throw unresolved('The access resolver of the application failed.', error);
    }
    const fault = accessFault(access);
    if (fault !== undefined) {
      throw unresolved(`What the access resolver of the application answers ${fault}.`);
    }
    // A copy: what the application keeps and changes later must not change what was granted.
    return { permissions: [...access.permissions], tenants: access.tenants === 'all' ? 'all' : [...access.tenants] };
  }
}

function unresolved(detail: string, cause?: unknown): ProblemException {
  return new ProblemException('access-unresolved', `${detail} Nobody is let in until it does.`, {}, undefined, cause);
}

function checkPermission({ permissions, tenants }: AuditAccess, { permission, wholeLog }: RouteNeeds): void {
  if (!permissions.includes(permission)) {
    throw permissionProblem(permission, `This needs the permission "${permission}".`);
  }
  if (wholeLog === true && tenants !== 'all') {
    throw new ProblemException(
      'tenants-limited',
      'This concerns the log as a whole, and whoever may see only some tenants must not learn of it.',
      { permission },
    );
  }
}

/** Aborted when the answer is over, however that came: what is still being read for it is of no use any more. */
function signalOf(response: FrameworkResponse): AbortSignal {
  const gone = new AbortController();
  const raw = rawResponse(response);
  const abort = (): void => gone.abort(new Error('Whoever asked has gone'));
  if (raw.destroyed) {
    abort();
  } else {
    raw.once('close', abort);
  }
  return gone.signal;
}
