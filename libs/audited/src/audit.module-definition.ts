import { ConfigurableModuleBuilder, type ConfigurableModuleAsyncOptions, type Type } from '@nestjs/common';
import { OPTION_NAMES, type AuditModuleOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { OptionsInvalidError } from './event/audit.error.js';
import { checkFlag, checkShape, checkText } from './event/option-checks.js';
import { RequestUserActorResolver } from './capture/request-user.actor-resolver.js';
import { applicationDataSourceToken } from './typeorm/application-data-source.js';

/** Options that add providers, so they are needed when the module is defined. */
export interface AuditModuleExtras {
  /** Registered for the whole application. @default true */
  readonly isGlobal?: boolean;
  /** Who sent a request. @default reads `request.user` */
  readonly actorResolver?: Type<ActorResolver>;
  /**
   * Name of the application's own DataSource of `@nestjs/typeorm` (`default` unless it was given one). Its database holds
   * the inbox of transactional records and, without the option `database`, the log: when it is PostgreSQL, MySQL or
   * MariaDB. @default none: no transactional records
   */
  readonly dataSource?: string | undefined;
}

interface ResolvedExtras {
  readonly isGlobal: boolean;
  readonly actorResolver: Type<ActorResolver>;
  readonly dataSource: string | undefined;
}

/** Every name is here, also those without a default: Nest tells extras from options by the keys of this object. */
const DEFAULT_EXTRAS: ResolvedExtras = {
  isGlobal: true,
  actorResolver: RequestUserActorResolver,
  dataSource: undefined,
};

/** The application's DataSource, where one was named; else `undefined`. A registered symbol, so both builds agree on it. */
export const AUDIT_DATA_SOURCE = Symbol.for('nestjs-audited.data-source');

const builder = new ConfigurableModuleBuilder<AuditModuleOptions>({
  optionsInjectionToken: Symbol.for('nestjs-audited.given-options'),
})
  .setClassMethodName('forRoot')
  .setExtras<AuditModuleExtras>(DEFAULT_EXTRAS, (definition, extras) => {
    const { isGlobal, actorResolver, dataSource } = resolveExtras(extras);
    return {
      ...definition,
      global: isGlobal,
      providers: [
        ...(definition.providers ?? []),
        { provide: ActorResolver, useClass: actorResolver },
        dataSource === undefined
          ? { provide: AUDIT_DATA_SOURCE, useValue: undefined }
          : { provide: AUDIT_DATA_SOURCE, useExisting: applicationDataSourceToken(dataSource) },
      ],
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

function resolveExtras(given: AuditModuleExtras): ResolvedExtras {
  const { isGlobal = true, actorResolver = RequestUserActorResolver, dataSource } = given;
  checkFlag('isGlobal', isGlobal);
  if (dataSource !== undefined) {
    checkText('dataSource', dataSource);
  }
  if (typeof actorResolver !== 'function' || typeof (actorResolver.prototype as unknown) !== 'object') {
    throw new OptionsInvalidError(
      'actorResolver',
      'must be a class',
      'Give a class that extends ActorResolver, not an instance: Nest builds it.',
    );
  }
  return { isGlobal, actorResolver, dataSource };
}
