import { RequestMethod } from '@nestjs/common';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { coverageOf, type HandlerCoverage } from './audit-policy.js';
import { wrapHandler } from './http/handler-wrap.js';
import { ROUTE_METHOD, ROUTE_PATH } from './nest-metadata.js';

type Controller = abstract new (...args: never[]) => unknown;

/** One route handler of the application and what is known about its auditing. */
export interface HandlerEntry {
  /** Class and method: `DeploymentsController.create`. */
  readonly handler: string;
  readonly httpMethod: string;
  /** Whether its method can change state: everything but GET, HEAD and OPTIONS. */
  readonly stateChanging: boolean;
  readonly coverage: HandlerCoverage;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Every route handler of the application with its audit policy, read once at boot, before the routes
 * are registered. Audited handlers are wrapped on the way.
 */
export class RouteTable {
  private readonly entries = new Map<Controller, Map<string, HandlerEntry>>();

  /** @throws OptionsInvalidError when an option of a decorator is malformed */
  scan(discovery: DiscoveryService, scanner: MetadataScanner): void {
    for (const { metatype } of discovery.getControllers()) {
      if (typeof metatype === 'function' && metatype.prototype !== undefined) {
        this.scanController(metatype as unknown as Controller, scanner);
      }
    }
  }

  find(controller: Controller, methodName: string): HandlerEntry | undefined {
    return this.entries.get(controller)?.get(methodName);
  }

  all(): readonly HandlerEntry[] {
    return [...this.entries.values()].flatMap((methods) => [...methods.values()]);
  }

  private scanController(controller: Controller, scanner: MetadataScanner): void {
    const prototype = controller.prototype as Readonly<Record<string, object>>;
    const methods = new Map<string, HandlerEntry>();
    for (const methodName of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[methodName];
      if (handler !== undefined && Reflect.hasMetadata(ROUTE_PATH, handler)) {
        methods.set(methodName, entryOf(controller, methodName, handler));
      }
    }
    this.entries.set(controller, methods);
    for (const [methodName, { coverage }] of methods) {
      if (coverage.status === 'audited') {
        wrapHandler(controller, methodName);
      }
    }
  }
}

function entryOf(controller: Controller, methodName: string, handler: object): HandlerEntry {
  const className = controller.name;
  const httpMethod = RequestMethod[Reflect.getMetadata(ROUTE_METHOD, handler) as number] ?? 'GET';
  return {
    handler: `${className}.${methodName}`,
    httpMethod,
    stateChanging: !SAFE_METHODS.has(httpMethod),
    coverage: coverageOf(controller, handler, { className, methodName }),
  };
}
