import type { AuditedRoute } from './audited-route.js';
import {
  announceHeader,
  rawResponse,
  requestOf,
  retractHeader,
  type FrameworkRequest,
  type FrameworkResponse,
} from './framework-request.js';
import { WRAPPED_HANDLER, type WrappedHandler } from './handler-wrap.js';
import { actionOf } from './http-action.js';
import type { HttpCapture } from './http-capture.js';
import { copyMetadata } from '../nest-metadata.js';
import type { RouteTable } from '../route-table.js';
import { gateOf } from './gate/response-gate.js';

type Next = (error?: unknown) => unknown;
type RouteHandler = (request: FrameworkRequest, response: FrameworkResponse, next?: Next) => unknown;
type Register = (...args: unknown[]) => unknown;

/** Every method of Nest's HTTP adapters that registers a route. */
const REGISTERING_METHODS =
  'get post put patch delete head options all search query propfind proppatch mkcol copy move lock unlock'.split(' ');

/**
 * Stands where Nest hands each route to the HTTP adapter, and begins the capture in front of the
 * handlers that are audited. This is the outermost place that knows the handler and runs before every
 * guard, however and wherever the guard was registered; routes without policy only carry the context.
 */
export class RouteRegistration {
  constructor(
    private readonly capture: HttpCapture,
    private readonly table: RouteTable,
    /** Also mark requests of other routes as matched; needed to tell unmatched ones apart. */
    private readonly markMatched: boolean,
  ) {}

  /** Has to run before the routes are registered. @param adapter Nest's HTTP adapter */
  intercept(adapter: object): void {
    const methods = adapter as Record<string, Register | undefined>;
    for (const name of REGISTERING_METHODS) {
      const register = methods[name];
      if (typeof register === 'function') {
        methods[name] = (...args) => register.apply(adapter, this.gatedArguments(args));
      }
    }
    noteAdmissions(methods);
  }

  private gatedArguments(args: readonly unknown[]): unknown[] {
    const handler = args.at(-1);
    if (typeof handler !== 'function') {
      return [...args];
    }
    const gated = this.gated(handler as RouteHandler, typeof args[0] === 'string' ? args[0] : '');
    return [...args.slice(0, -1), gated];
  }

  private gated(handler: RouteHandler, pattern: string): RouteHandler {
    const wrapped = Reflect.getOwnMetadata(WRAPPED_HANDLER, handler) as WrappedHandler | undefined;
    const entry = wrapped === undefined ? undefined : this.table.find(wrapped.controller, wrapped.methodName);
    if (entry?.coverage.status !== 'audited') {
      return dressedAs(handler, this.passing(handler));
    }
    const { options, recorder } = this.capture.parts;
    const { policy } = entry.coverage;
    const route: AuditedRoute = {
      handler: entry.handler,
      pattern,
      policy,
      level: recorder.levelFor(policy.type, policy.options.durability),
      beforeTimeoutMs: options.beforeTimeoutMs,
    };
    return dressedAs(handler, this.beginning(route, handler));
  }

  /** A route without policy: nothing is recorded for it, only what services below it record. */
  private passing(handler: RouteHandler): RouteHandler {
    const { capture, markMatched } = this;
    const { context } = capture.parts;
    return (request, response, next) => {
      if (markMatched) {
        gateOf(rawResponse(response))?.enter(undefined);
      }
      return context.isNeeded()
        ? capture.runInScope(request, () => handler(request, response, next))
        : handler(request, response, next);
    };
  }

  private beginning(route: AuditedRoute, handler: RouteHandler): RouteHandler {
    const { capture } = this;
    const { context, options } = capture.parts;
    const { auditIdHeader } = options;
    return (request, response, next) => {
      const raw = rawResponse(response);
      const action = capture.begin(route, request, raw);
      if (action === undefined) {
        return handler(request, response, next);
      }
      if (auditIdHeader !== false) {
        announceHeader(response, auditIdHeader, action.eventId);
      }
      const passOn: Next | undefined =
        next === undefined
          ? undefined
          : (error) => {
              if (error === undefined) {
                capture.withdraw(action, raw);
              }
              return next(error);
            };
      try {
        action.routed = context.isNeeded()
          ? context.run(action, () => handler(request, response, passOn))
          : handler(request, response, passOn);
      } catch (error) {
        // Nest's own part is asynchronous; only a host filter without a next route throws here.
        capture.withdraw(action, raw);
        if (auditIdHeader !== false) {
          retractHeader(response, auditIdHeader);
        }
        throw error;
      }
      return action.routed;
    };
  }
}

/** Nest sets the status of the route once the guards have let a request through, and before anything else. */
function noteAdmissions(adapter: Record<string, Register | undefined>): void {
  const setStatus = adapter['status'];
  if (setStatus !== undefined) {
    adapter['status'] = (...args) => {
      actionOf(requestOf(args[0] as FrameworkResponse))?.admit();
      return setStatus.apply(adapter, args);
    };
  }
}

/** Adapters read the version, Fastify's options and more from the handler; the stand-in carries them on. */
function dressedAs(handler: RouteHandler, standIn: RouteHandler): RouteHandler {
  Object.assign(standIn, handler);
  copyMetadata(handler, standIn);
  Object.defineProperty(standIn, 'name', { value: handler.name, configurable: true });
  return standIn;
}
