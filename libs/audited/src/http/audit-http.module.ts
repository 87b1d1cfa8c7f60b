import { Controller, Module, UseGuards, type CanActivate, type DynamicModule, type ModuleMetadata, type Type } from '@nestjs/common';
import { OptionsInvalidError } from '../event/audit.error.js';
import { EventsController } from './events.controller.js';
import { VerificationController } from './verification.controller.js';

/** Options of `AuditHttpModule`. */
export interface AuditHttpOptions {
  /**
   * Guards that decide who may read the audit trail. Required, and at least one: the trail is closed
   * unless the application opens it.
   */
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  /** What the guards need to be built: the application's authentication module. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Further decorators for the controllers, e.g. the roles that the guards look for. */
  readonly decorators?: readonly ClassDecorator[];
  /** Path of the API, without leading slash. @default 'v1/audit' */
  readonly path?: string;
}

const DEFAULT_PATH = 'v1/audit';

/**
 * The reading API: records, one record, verification. Every request to it, also a refused one, is
 * itself recorded (`audit.read`, `audit.verify`, `audit.denied`).
 */
@Module({})
export class AuditHttpModule {
  /** @throws OptionsInvalidError when no guard is given */
  static forRoot(options: AuditHttpOptions): DynamicModule {
    const { guards, imports = [], decorators = [], path = DEFAULT_PATH } = options;
    if (!Array.isArray(guards) || guards.length === 0) {
      throw new OptionsInvalidError(
        'AuditHttpModule guards',
        'is empty',
        'Give at least one guard that decides who may read the audit trail: AuditHttpModule.forRoot({ guards: [AuditorGuard] }).',
      );
    }
    const controllers = [
      mounted(EventsController, `${path}/events`, guards, decorators),
      mounted(VerificationController, `${path}/verify`, guards, decorators),
    ];
    return { module: AuditHttpModule, imports: [...imports], controllers };
  }
}

/** A subclass of its own for each registration, so that two applications never share guards or paths. */
function mounted(
  controller: Type,
  path: string,
  guards: AuditHttpOptions['guards'],
  decorators: readonly ClassDecorator[],
): Type {
  const own = { [controller.name]: class extends controller {} }[controller.name] as Type;
  // Constructor arguments are noted on the class itself; a subclass made at run time has to repeat them.
  for (const key of Reflect.getMetadataKeys(controller) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, controller), own);
  }
  Controller(path)(own);
  UseGuards(...guards)(own);
  for (const decorate of decorators) {
    decorate(own);
  }
  return own;
}
