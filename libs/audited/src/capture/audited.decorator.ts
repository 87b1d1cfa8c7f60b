import type { EventCatalogue, TypeNameOf } from '../catalogue/event-catalogue.js';
import type { AuditEventType } from '../catalogue/event-type.js';
import type { AuditedOptions } from './audited.options.js';

/** Metadata keys are strings, so the two builds of this package (ESM and CommonJS) agree on them. */
export const AUDITED_METADATA = 'audit:audited';
export const NOT_AUDITED_METADATA = 'audit:not-audited';

/**
 * Records every call of a route handler: who did what to which resource with what outcome, also when a
 * guard, a pipe or a rate limit refused it. On a class: every route of the class; the options are
 * defaults for those of its methods.
 *
 * @example
 * ```ts
 * @Audited('deploy.completed', { resource: { type: 'deployment', id: 'params.id' } })
 * @Post(':id/complete')
 * complete(@Param('id') id: string) { ... }
 * ```
 */
export function Audited<Result = unknown>(
  type: AuditEventType,
  options?: Omit<AuditedOptions<Result>, 'type'>,
): MethodDecorator & ClassDecorator;
export function Audited<Result = unknown>(options?: AuditedOptions<Result>): MethodDecorator & ClassDecorator;
export function Audited(
  first: AuditEventType | AuditedOptions = {},
  rest: Omit<AuditedOptions, 'type'> = {},
): MethodDecorator & ClassDecorator {
  const options: AuditedOptions = typeof first === 'string' ? { ...rest, type: first } : { ...first };
  return define(AUDITED_METADATA, Object.freeze(options));
}

/**
 * Says that a route, or a whole class, is deliberately not recorded, and why. The reason appears in
 * the boot report.
 */
export function NotAudited(reason: string): MethodDecorator & ClassDecorator {
  return define(NOT_AUDITED_METADATA, reason);
}

/** `@Audited()` that accepts only the types of some catalogues. */
export interface AuditedOf<Type extends string> {
  <Result = unknown>(
    type: Type,
    options?: Omit<AuditedOptions<Result>, 'type' | 'types'> & { readonly types?: OutcomeTypesOf<Type> },
  ): MethodDecorator & ClassDecorator;
}

type OutcomeTypesOf<Type extends string> = {
  readonly [Ending in 'started' | 'succeeded' | 'failed' | 'denied' | 'rateLimited']?: Type;
};

/**
 * Narrows the decorator to catalogues, so that a misspelt type does not compile:
 * `const { Audited } = auditedFor(billingCatalogue)`.
 */
export function auditedFor<const Catalogues extends readonly EventCatalogue<string>[]>(
  ..._catalogues: Catalogues
): { readonly Audited: AuditedOf<TypeNameOf<Catalogues[number]>> } {
  return { Audited: Audited as AuditedOf<TypeNameOf<Catalogues[number]>> };
}

function define(key: string, value: unknown): MethodDecorator & ClassDecorator {
  return (target: object, _member?: string | symbol, descriptor?: PropertyDescriptor): void => {
    Reflect.defineMetadata(key, value, (descriptor?.value as object | undefined) ?? target);
  };
}
