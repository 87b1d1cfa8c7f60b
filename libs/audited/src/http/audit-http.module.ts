import { Controller, Module, UseGuards, VERSION_NEUTRAL, type DynamicModule, type Type } from '@nestjs/common';
import { resolveHttpOptions, type AuditHttpOperators, type AuditHttpOptions } from './audit-http.options.js';
import { DeadLetterOperationsController, DestinationOperationsController } from './delivery-operations.controller.js';
import { DeadLettersController, DestinationsController } from './delivery.controller.js';
import { EventsController } from './events.controller.js';
import { VerificationController } from './verification.controller.js';

/**
 * The reading API: records, one record, its way to the destinations, verification; and, for operators, what changes destinations.
 * Every request to it, also a refused one, is
 * itself recorded (`audit.read`, `audit.verify`, `audit.denied`).
 */
@Module({})
export class AuditHttpModule {
  /** @throws OptionsInvalidError when no guard is given, or an option is unknown or malformed */
  static forRoot(options: AuditHttpOptions): DynamicModule {
    const { guards, imports, decorators, path, operators } = resolveHttpOptions(options);
    const controllers = [
      mounted(EventsController, `${path}/events`, guards, decorators),
      mounted(VerificationController, `${path}/verify`, guards, decorators),
      mounted(DestinationsController, `${path}/destinations`, guards, decorators),
      mounted(DeadLettersController, `${path}/dead-letters`, guards, decorators),
      ...(operators === undefined ? [] : operating(path, operators)),
    ];
    return { module: AuditHttpModule, imports: [...imports], controllers };
  }
}

/** What changes destinations is there only where the application says who may. */
function operating(path: string, { guards, decorators = [] }: AuditHttpOperators): readonly Type[] {
  return [
    mounted(DestinationOperationsController, `${path}/destinations`, guards, decorators),
    mounted(DeadLetterOperationsController, `${path}/dead-letters`, guards, decorators),
  ];
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
  // The path names the version itself; an application that versions its own routes does not version these.
  Controller({ path, version: VERSION_NEUTRAL })(own);
  UseGuards(...guards)(own);
  for (const decorate of decorators) {
    decorate(own);
  }
  return own;
}
