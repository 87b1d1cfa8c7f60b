import { Inject, Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { AuditGuard, ProviderToken } from './access-choice.js';

/** A guard as Nest takes it: a class or an object. */
export function mountedGuard(guard: AuditGuard): Type<CanActivate> | CanActivate {
  return typeof guard === 'string' || typeof guard === 'symbol' ? guardOfToken(guard) : guard;
}

/** Nest knows no tokens where guards are named; a class of its own asks the provider. */
function guardOfToken(token: ProviderToken): Type<CanActivate> {
  @Injectable()
  class ProvidedGuard implements CanActivate {
    constructor(@Inject(token) private readonly provided: CanActivate) {}

    canActivate(context: ExecutionContext): boolean | Promise<boolean> | Observable<boolean> {
      return this.provided.canActivate(context);
    }
  }
  return ProvidedGuard;
}
