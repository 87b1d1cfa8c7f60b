import type { ExecutionContext } from '@nestjs/common';
import type { AuditPermission } from './audit-access.js';

const NEEDS = 'audit:http-needs';

/** What a route asks of its caller. */
export interface RouteNeeds {
  readonly permission: AuditPermission;
  /** It tells something of the log as a whole, which whoever sees only some tenants must not learn. */
  readonly wholeLog?: true;
  /** Work that is limited by its own numbers. */
  readonly limited?: 'export' | 'verify';
}

/** Says what a route of this API asks of its caller; a route without it is closed to everybody. */
export function Needs(needs: RouteNeeds): MethodDecorator & ClassDecorator {
  return (target: object, _member?: string | symbol, descriptor?: PropertyDescriptor): void => {
    Reflect.defineMetadata(NEEDS, needs, (descriptor?.value as object | undefined) ?? target);
  };
}

/** What the route of a request asks, or `undefined` where nobody said. */
export function needsOf(context: ExecutionContext): RouteNeeds | undefined {
  return (Reflect.getMetadata(NEEDS, context.getHandler()) ?? Reflect.getMetadata(NEEDS, context.getClass())) as
    RouteNeeds | undefined;
}
