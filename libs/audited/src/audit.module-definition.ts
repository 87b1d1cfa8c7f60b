import { ConfigurableModuleBuilder, type ConfigurableModuleAsyncOptions, type Type } from '@nestjs/common';
import { OPTION_NAMES, type AuditModuleOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { OptionsInvalidError } from './event/audit.error.js';
import { checkFlag, checkShape } from './event/option-checks.js';
import { RequestUserActorResolver } from './capture/request-user.actor-resolver.js';

/** Options that add providers, so they are needed when the module is defined. */
export interface AuditModuleExtras {
  /** Registered for the whole application. @default true */
  readonly isGlobal?: boolean;
  /** Who sent a request. @default reads `request.user` */
  readonly actorResolver?: Type<ActorResolver>;
}

const DEFAULT_EXTRAS: Required<AuditModuleExtras> = { isGlobal: true, actorResolver: RequestUserActorResolver };

const builder = new ConfigurableModuleBuilder<AuditModuleOptions>({
  optionsInjectionToken: Symbol.for('nestjs-audited.given-options'),
})
  .setClassMethodName('forRoot')
  .setExtras<Required<AuditModuleExtras>>(DEFAULT_EXTRAS, (definition, extras) => {
    const { isGlobal, actorResolver } = resolveExtras(extras);
    return {
      ...definition,
      global: isGlobal,
      providers: [...(definition.providers ?? []), { provide: ActorResolver, useClass: actorResolver }],
    };
  })
  .build();

/** Base of `AuditModule` with `forRoot` and `forRootAsync`. */
export const AuditModuleBase = builder.ConfigurableModuleClass;

/** Options as the application gave them. */
export const GIVEN_AUDIT_OPTIONS = builder.MODULE_OPTIONS_TOKEN;

export type AuditModuleRootOptions = AuditModuleOptions & AuditModuleExtras;
export type AuditModuleRootAsyncOptions = ConfigurableModuleAsyncOptions<AuditModuleOptions> & AuditModuleExtras;

/** Options with every default filled in. A registered symbol, so both builds agree on it. */
export const AUDIT_OPTIONS = Symbol.for('nestjs-audited.options');

const EXTRA_NAMES = Object.keys(DEFAULT_EXTRAS);
const PROVIDER_NAMES = ['imports', 'inject', 'provideInjectionTokensFrom', 'useClass', 'useExisting', 'useFactory'];

/** @throws OptionsInvalidError when the options of `forRoot` have unknown names; their values are checked at boot */
export function checkRootOptions(given: AuditModuleRootOptions): void {
  checkShape('', given, [...OPTION_NAMES, ...EXTRA_NAMES]);
}

/** @throws OptionsInvalidError when `forRootAsync` could not find any options, or would ignore some */
export function checkAsyncOptions(given: AuditModuleRootAsyncOptions): void {
  checkShape('', given, [...PROVIDER_NAMES, ...EXTRA_NAMES], 'Options themselves are what "useFactory" returns.');
  const { useFactory, useClass, useExisting } = given;
  if (useFactory === undefined && useClass === undefined && useExisting === undefined) {
    throw new OptionsInvalidError(
      'useFactory',
      'is missing',
      'Give forRootAsync a "useFactory" (or "useClass", "useExisting") that returns the options.',
    );
  }
  if (useFactory !== undefined && typeof useFactory !== 'function') {
    throw new OptionsInvalidError('useFactory', 'must be a function', 'Give a function that returns the options.');
  }
}

function resolveExtras(given: AuditModuleExtras): Required<AuditModuleExtras> {
  const { isGlobal = true, actorResolver = RequestUserActorResolver } = given;
  checkFlag('isGlobal', isGlobal);
  if (typeof actorResolver !== 'function' || typeof (actorResolver.prototype as unknown) !== 'object') {
    throw new OptionsInvalidError(
      'actorResolver',
      'must be a class',
      'Give a class that extends ActorResolver, not an instance: Nest builds it.',
    );
  }
  return { isGlobal, actorResolver };
}
