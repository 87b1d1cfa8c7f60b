import type { CanActivate, Provider, Type } from '@nestjs/common';
import type { AuditAccess, AuditAccessFunction, AuditAccessResolver } from './audit-access.js';

/** A provider of the application, by its injection token. A class is not a token here: Nest builds it for this module. */
export type ProviderToken = string | symbol;

/** Who may do what: the same for everybody, a function, or a class or provider that is asked. */
export type AuditAccessChoice = AuditAccess | AuditAccessFunction | Type<AuditAccessResolver> | ProviderToken;

/** A guard of the application: a class that Nest builds, an object, or the token of a provider in `imports`. */
export type AuditGuard = Type<CanActivate> | CanActivate | ProviderToken;

/** Where the resolver of one module stands; an {@link AuditAccessResolver}. */
export const ACCESS_RESOLVER = Symbol.for('nestjs-audited.http.access-resolver');

/** Whatever was chosen, as a provider of an {@link AuditAccessResolver}. */
export function accessProvider(choice: AuditAccessChoice): Provider {
  if (typeof choice === 'string' || typeof choice === 'symbol') {
    return { provide: ACCESS_RESOLVER, useExisting: choice };
  }
  if (isResolverClass(choice)) {
    return { provide: ACCESS_RESOLVER, useClass: choice };
  }
  const resolve: AuditAccessFunction = typeof choice === 'function' ? choice : () => choice;
  return { provide: ACCESS_RESOLVER, useValue: { resolve } };
}

function isResolverClass(
  choice: AuditAccess | AuditAccessFunction | Type<AuditAccessResolver>,
): choice is Type<AuditAccessResolver> {
  const prototype: unknown = typeof choice === 'function' ? choice.prototype : undefined;
  return typeof prototype === 'object' && prototype !== null && 'resolve' in prototype;
}
