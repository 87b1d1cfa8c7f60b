import type { ExecutionContext } from '@nestjs/common';
import type { ReadOptions } from '../../storage/reading/read-options.js';
import type { AuditAccess } from './audit-access.js';

/** What a request was granted: everything that its reads have to keep to. */
export interface Grant {
  readonly access: AuditAccess;
  readonly read: ReadOptions & { readonly signal: AbortSignal };
}

/** On a request; a registered symbol, so both builds find the same one. */
const GRANT = Symbol.for('nestjs-audited.http.grant');

type GrantedRequest = { [GRANT]?: Grant };

/** Notes what a request may do. */
export function grantTo(request: object, grant: Grant): void {
  (request as GrantedRequest)[GRANT] = grant;
}

/** @throws Error when the guard of this API was not asked, so that nothing is ever read without it */
export function grantOf(context: ExecutionContext): Grant {
  const grant = context.switchToHttp().getRequest<GrantedRequest>()[GRANT];
  if (grant === undefined) {
    throw new Error('The audit API was reached without its guard');
  }
  return grant;
}

/** What a caller may see, as the log understands it. */
export function readOptionsOf(access: AuditAccess, timeLimitMs: number, signal: AbortSignal): Grant['read'] {
  return {
    timeLimitMs,
    signal,
    ...(access.tenants === 'all' ? {} : { tenants: access.tenants }),
    personal: access.permissions.includes('read-personal') ? 'included' : 'masked',
  };
}
