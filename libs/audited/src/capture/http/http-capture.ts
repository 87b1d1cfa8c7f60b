import type { ServerResponse } from 'node:http';
import type { AuditActor } from '../../event/audit-event.js';
import type { Clock } from '../../event/clock.js';
import type { AuditContext } from '../../recording/audit-context.js';
import type { AuditRecorder } from '../../recording/audit-recorder.js';
import type { FailureLog } from '../../recording/failure-log.js';
import { ActionActor, type ActingRequest } from './action-actor.js';
import type { ActorResolver } from '../actor-resolver.js';
import type { AuditedRoute } from './audited-route.js';
import type { CaptureOptions } from '../capture.options.js';
import { exceptionInFilter } from './exception-watch.js';
import type { FrameworkRequest } from './framework-request.js';
import { actionOf, HttpAction } from './http-action.js';
import { httpDraft, type HttpEnding } from './http-draft.js';
import { readRequestFacts } from './http-facts.js';
import { RequestScope } from './request-scope.js';
import { gateOf, ResponseGate, type GateKeeper } from './response-gate.js';

/** What the capture is made of; one instance of each per module. */
export interface HttpCaptureParts {
  readonly recorder: AuditRecorder;
  readonly context: AuditContext;
  readonly failures: FailureLog;
  readonly resolver: ActorResolver;
  readonly clock: Clock;
  readonly options: CaptureOptions;
}

/** Follows audited requests from the matched route to the answer, and records each exactly once. */
export class HttpCapture {
  private readonly actors: ActionActor;
  /** Actions whose client went away while their handler still runs. */
  private readonly abandoned = new Map<HttpAction, () => void>();
  private readonly actorOf = (acting: ActingRequest): AuditActor | Promise<AuditActor> => this.actors.establish(acting);

  constructor(readonly parts: HttpCaptureParts) {
    this.actors = new ActionActor(parts.resolver, parts.failures, parts.options.actorTimeoutMs);
  }

  /** Begins to follow a request whose route was matched; `undefined` when that failed. Never throws. */
  begin(route: AuditedRoute, request: FrameworkRequest, response: ServerResponse): HttpAction | undefined {
    try {
      return this.follow(route, request, response);
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }

  private follow(route: AuditedRoute, request: FrameworkRequest, response: ServerResponse): HttpAction {
    const earlier = actionOf(request);
    if (earlier !== undefined && earlier.progress !== 'not-reached') {
      // The handler called next(): the request is still the same one, and already followed.
      return earlier;
    }
    const { clock, recorder, options } = this.parts;
    const facts = readRequestFacts(request, options.correlationHeader);
    const action = new HttpAction(route, request, facts, recorder.newId(), clock.now(), this.actorOf);
    (gateOf(response) ?? new ResponseGate(response)).enter(this.keeperOf(action, response));
    return action;
  }

  /** Runs the handler of a route without policy within a context that services below may ask. Never throws itself. */
  runInScope<Result>(request: FrameworkRequest, work: () => Result): Result {
    const { recorder, options, context } = this.parts;
    let scope: RequestScope;
    try {
      const facts = readRequestFacts(request, options.correlationHeader);
      scope = new RequestScope(request, facts, () => recorder.newId(), this.actorOf);
    } catch (error) {
      this.failed(error);
      return work();
    }
    return context.run(scope, work);
  }

  /** The route turned out not to be the one: a version or host filter passed the request on. */
  withdraw(action: HttpAction, response: ServerResponse): void {
    if (action.progress === 'not-reached') {
      gateOf(response)?.leave();
    }
  }

  /** Writes the records of actions that nobody waits for any more: the application shuts down. */
  async settleAbandoned(): Promise<void> {
    for (const settle of this.abandoned.values()) {
      settle();
    }
    await Promise.resolve();
  }

  private keeperOf(action: HttpAction, response: ServerResponse): GateKeeper {
    const { auditIdHeader } = this.parts.options;
    return {
      auditIdHeader: () => (auditIdHeader === false ? undefined : [auditIdHeader, action.eventId]),
      answered: (status, body) => {
        const filtered = exceptionInFilter();
        if (filtered !== undefined) {
          action.escaped(filtered.exception);
        } else if (action.progress === 'threw' && isEventStream(response)) {
          // No filter is asked any more: the head left long ago, and Nest sent the error as an event.
          action.escaped(action.thrownError());
        }
        return this.record(action, { status, body });
      },
      closed: () => this.closed(action, response),
    };
  }

  private record(action: HttpAction, ending: HttpEnding): Promise<unknown> | undefined {
    try {
      const actor = this.actors.establish(action);
      if (actor instanceof Promise) {
        return actor
          .then((found) => this.recordFor(action, ending, found))
          .catch((error: unknown) => this.failed(error));
      }
      return this.recordFor(action, ending, actor);
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }

  private recordFor(action: HttpAction, ending: HttpEnding, actor: AuditActor): Promise<unknown> | undefined {
    const { recorder, clock, failures } = this.parts;
    const draft = httpDraft(action, ending, actor, clock.now(), failures);
    const receipt = recorder.record(draft, action.route.policy.options.durability, action.eventId);
    return receipt instanceof Promise ? receipt : undefined;
  }

  private failed(error: unknown): void {
    this.parts.failures.report('capture', 'A request could not be recorded', error);
  }

  private closed(action: HttpAction, response: ServerResponse): void {
    if (isEventStream(response)) {
      // Leaving is how a client ends a stream of events; there is no other end to wait for.
      void this.record(action, { status: response.statusCode });
      return;
    }
    const ending: HttpEnding = {
      status: response.headersSent ? response.statusCode : undefined,
      reason: clientLeft(response) ? 'client_aborted' : 'response_failed',
    };
    if (action.progress === 'running') {
      this.awaitHandler(action, ending);
    } else if (action.progress === 'not-reached') {
      // Guards or pipes still run, and may let the handler run after them.
      this.awaitHandler(action, ending);
      void whenSettled(action.routed).then(() => {
        if (action.progress === 'not-reached') {
          this.abandoned.get(action)?.();
        }
      });
    } else {
      void this.record(action, ending);
    }
  }

  /** The handler's own end belongs on the same record; it is waited for, but not for ever. */
  private awaitHandler(action: HttpAction, ending: HttpEnding): void {
    const settle = (): void => {
      clearTimeout(timer);
      action.onHandlerEnd = undefined;
      if (this.abandoned.delete(action)) {
        void this.record(action, ending);
      }
    };
    const timer = setTimeout(settle, this.parts.options.abandonedAfterMs);
    timer.unref();
    action.onHandlerEnd = settle;
    this.abandoned.set(action, settle);
  }
}

/** Whether the other side ended the connection; else this one broke the answer off. */
function clientLeft({ errored, req }: ServerResponse): boolean {
  if (req.httpVersionMajor >= 2) {
    return req.aborted;
  }
  const { socket } = req;
  return errored == null && (socket.readableEnded || socket.errored !== null);
}

async function whenSettled(work: unknown): Promise<void> {
  try {
    await work;
  } catch {
    // Only that it ended counts here; the framework deals with how.
  }
}

function isEventStream(response: ServerResponse): boolean {
  return gateOf(response)?.contentType()?.startsWith('text/event-stream') === true;
}
