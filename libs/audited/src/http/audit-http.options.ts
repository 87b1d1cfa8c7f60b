import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkShape } from '../event/option-checks.js';

/** Who may operate, and what the routes for it carry. */
export interface AuditHttpOperators {
  /** Guards that decide. Required, and at least one. */
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  /** Further decorators for the controllers, e.g. the roles that the guards look for. */
  readonly decorators?: readonly ClassDecorator[];
}

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
  /** Who may change destinations: pause, resume, rewind, remove, replay, discard. @default nobody: there are no such routes */
  readonly operators?: AuditHttpOperators;
  /** Path of the API, without leading slash. @default 'v1/audit' */
  readonly path?: string;
}

/** Options with every default filled in. */
export interface ResolvedAuditHttpOptions extends Required<Omit<AuditHttpOptions, 'operators'>> {
  readonly operators: AuditHttpOperators | undefined;
}

const NAMES: readonly (keyof AuditHttpOptions)[] = ['guards', 'imports', 'decorators', 'operators', 'path'];

/** What a route path may be made of, wherever it is mounted: no parameters, no wildcards, no empty segments. */
const PATH = /^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/;

/** @throws OptionsInvalidError naming the option and the cure */
export function resolveHttpOptions(given: AuditHttpOptions): ResolvedAuditHttpOptions {
  checkShape('AuditHttpModule', given, NAMES);
  const { guards, imports = [], decorators = [], path = 'v1/audit', operators } = given;
  checkGuards(
    'AuditHttpModule.guards',
    guards,
    'Give the guard that decides who may read the audit trail: AuditHttpModule.forRoot({ guards: [AuditorGuard] }).',
  );
  if (operators !== undefined) {
    checkShape('AuditHttpModule.operators', operators, ['guards', 'decorators']);
    checkGuards('AuditHttpModule.operators.guards', operators.guards, 'Give the guard that decides who may operate.');
    checkDecorators('AuditHttpModule.operators.decorators', operators.decorators ?? []);
  }
  if (!Array.isArray(imports)) {
    throw new OptionsInvalidError(
      'AuditHttpModule.imports',
      'must be a list',
      'Give the modules that the guards need.',
    );
  }
  checkDecorators('AuditHttpModule.decorators', decorators);
  if (typeof path !== 'string' || !PATH.test(path)) {
    throw new OptionsInvalidError(
      'AuditHttpModule.path',
      `is no path: ${JSON.stringify(path)}`,
      'Write segments with slashes between them, none in front: "v1/audit".',
    );
  }
  return { guards, imports, decorators, path, operators };
}

function checkGuards(option: string, guards: unknown, cure: string): void {
  if (!Array.isArray(guards) || guards.length === 0 || !guards.every(isGuard)) {
    throw new OptionsInvalidError(option, 'must be a list of at least one guard', cure);
  }
}

function checkDecorators(option: string, decorators: unknown): void {
  if (!Array.isArray(decorators) || !decorators.every((decorator) => typeof decorator === 'function')) {
    throw new OptionsInvalidError(
      option,
      'must be a list of class decorators',
      "Call the decorator's factory: [Roles('auditor')].",
    );
  }
}

/** A class, or an object with its method. An import cycle leaves `undefined` here. */
function isGuard(guard: unknown): boolean {
  return (
    typeof guard === 'function' ||
    (typeof guard === 'object' && guard !== null && 'canActivate' in guard && typeof guard.canActivate === 'function')
  );
}
