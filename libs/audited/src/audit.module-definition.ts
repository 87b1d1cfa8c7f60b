import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { AuditModuleExtras, AuditModuleOptions } from './audit.options.js';
import { ActorResolver } from './capture/actor-resolver.js';
import { RequestUserActorResolver } from './capture/request-user.actor-resolver.js';

const builder = new ConfigurableModuleBuilder<AuditModuleOptions>({
  optionsInjectionToken: Symbol.for('nestjs-audited.given-options'),
})
  .setClassMethodName('forRoot')
  .setExtras<AuditModuleExtras>({ isGlobal: true }, (definition, { isGlobal, actorResolver }) => ({
    ...definition,
    global: isGlobal ?? true,
    providers: [
      ...(definition.providers ?? []),
      { provide: ActorResolver, useClass: actorResolver ?? RequestUserActorResolver },
    ],
  }))
  .build();

/** Base of `AuditModule` with `forRoot` and `forRootAsync`. */
export const AuditModuleBase = builder.ConfigurableModuleClass;

/** Options as the application gave them. */
export const GIVEN_AUDIT_OPTIONS = builder.MODULE_OPTIONS_TOKEN;

export type AuditModuleRootOptions = typeof builder.OPTIONS_TYPE;
export type AuditModuleRootAsyncOptions = typeof builder.ASYNC_OPTIONS_TYPE;

/** Options with every default filled in. A registered symbol, so both builds agree on it. */
export const AUDIT_OPTIONS = Symbol.for('nestjs-audited.options');
