import type { ModuleMetadata } from '@nestjs/common';
import { OptionsInvalidError } from '../event/audit.error.js';
import { checkShape, checkWhole } from '../event/option-checks.js';
import type { AuditAccessChoice, AuditGuard } from './access/access-choice.js';
import { accessFault } from './access/audit-access.js';
import { resolveHttpLimits, type AuditHttpLimits } from './limits/limit.options.js';

/** Options of `AuditHttpModule`. */
export interface AuditHttpOptions {
  /**
   * Guards of the application that decide who gets as far as this API: classes, objects, or tokens of providers in
   * `imports`. Required, and at least one: the trail is closed unless the application opens it.
   */
  readonly guards: readonly AuditGuard[];
  /**
   * What whoever got past the guards may do: the same for everybody, a function of the request, or a class or token of an
   * `AuditAccessResolver`. Required.
   */
  readonly access: AuditAccessChoice;
  /** What guards and resolver need to be built: the application's authentication module. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Further decorators for the controllers, e.g. the roles that the guards look for. */
  readonly decorators?: readonly ClassDecorator[];
  /** Path of the API, without leading slash. @default 'v1/audit' */
  readonly path?: string;
  /** How much is done at the same time, and how often. */
  readonly limits?: AuditHttpLimits;
  /**
   * How long one read of the log may take, in milliseconds, 1 to 600 000; then 503. An export has it for each of its pages.
   * @default 10 000
   */
  readonly timeLimitMs?: number;
  /** How often a live tail shows that it lives, in milliseconds, 100 to 600 000. @default 15 000 */
  readonly heartbeatMs?: number;
}

/** Options with every default filled in. */
export interface ResolvedAuditHttpOptions extends Required<Omit<AuditHttpOptions, 'limits'>> {
  readonly limits: Required<AuditHttpLimits>;
}

/** Where the options of one module stand. */
export const RESOLVED_HTTP_OPTIONS = Symbol.for('nestjs-audited.http.options');

const NAMES: readonly (keyof AuditHttpOptions)[] = [
  'guards',
  'access',
  'imports',
  'decorators',
  'path',
  'limits',
  'timeLimitMs',
  'heartbeatMs',
];

/** What a route path may be made of, wherever it is mounted: no parameters, no wildcards, no empty segments. */
const PATH = /^[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/;
const LONGEST_MS = 600_000;

/** @throws OptionsInvalidError naming the option and the cure */
export function resolveHttpOptions(given: AuditHttpOptions): ResolvedAuditHttpOptions {
  checkShape('AuditHttpModule', given, NAMES);
  const { guards, access, imports = [], decorators = [], path = 'v1/audit' } = given;
  const { timeLimitMs = 10_000, heartbeatMs = 15_000 } = given;
  checkGuards(guards);
  checkAccess(access);
  if (!Array.isArray(imports)) {
    throw new OptionsInvalidError(
      'AuditHttpModule.imports',
      'must be a list',
      'Give the modules that guards and resolver need.',
    );
  }
  checkDecorators(decorators);
  if (typeof path !== 'string' || !PATH.test(path)) {
    throw new OptionsInvalidError(
      'AuditHttpModule.path',
      `is no path: ${JSON.stringify(path)}`,
      'Write segments with slashes between them, none in front: "v1/audit".',
    );
  }
  checkWhole('AuditHttpModule.timeLimitMs', timeLimitMs, 1, LONGEST_MS);
  checkWhole('AuditHttpModule.heartbeatMs', heartbeatMs, 100, LONGEST_MS);
  const limits = resolveHttpLimits(given.limits ?? {});
  return { guards, access, imports, decorators, path, limits, timeLimitMs, heartbeatMs };
}

function checkGuards(guards: unknown): void {
  if (!Array.isArray(guards) || guards.length === 0 || !guards.every(isGuard)) {
    throw new OptionsInvalidError(
      'AuditHttpModule.guards',
      'must be a list of at least one guard',
      'Give the guard that decides who reads the audit trail: AuditHttpModule.forRoot({ guards: [AuthGuard], access }).',
    );
  }
}

function checkAccess(access: unknown): void {
  const isToken = typeof access === 'symbol' || (typeof access === 'string' && access !== '');
  const fault = typeof access === 'function' || isToken ? undefined : accessFault(access);
  if (fault !== undefined) {
    throw new OptionsInvalidError(
      'AuditHttpModule.access',
      fault,
      "Say who may do what: a function such as (context) => ({ permissions: ['read'], tenants: 'all' }), " +
        'or the class of an AuditAccessResolver.',
    );
  }
}

function checkDecorators(decorators: unknown): void {
  if (!Array.isArray(decorators) || !decorators.every((decorator) => typeof decorator === 'function')) {
    throw new OptionsInvalidError(
      'AuditHttpModule.decorators',
      'must be a list of class decorators',
      "Call the decorator's factory: [Roles('auditor')].",
    );
  }
}

/** A class, a token, or an object with its method. An import cycle leaves `undefined` here. */
function isGuard(guard: unknown): boolean {
  return (
    typeof guard === 'function' ||
    typeof guard === 'symbol' ||
    (typeof guard === 'string' && guard !== '') ||
    (typeof guard === 'object' && guard !== null && 'canActivate' in guard && typeof guard.canActivate === 'function')
  );
}
