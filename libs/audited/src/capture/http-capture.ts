import type { ServerResponse } from 'node:http';
import type { AuditActor } from '../event/audit-event.js';
import type { Clock } from '../event/clock.js';
import type { AuditContext } from '../recording/audit-context.js';
import type { AuditRecorder } from '../recording/audit-recorder.js';
import type { FailureLog } from '../recording/failure-log.js';
import { ActionActor } from './action-actor.js';
import type { ActorResolver } from './actor-resolver.js';
import type { AuditedRoute } from './audited-route.js';
import type { CaptureOptions } from './capture.options.js';
import type { FrameworkRequest } from './framework-request.js';
import { actionOf, HttpAction } from './http-action.js';
import { httpDraft, type HttpEnding } from './http-draft.js';
import { readRequestFacts } from './http-facts.js';
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
  private readonly actorSoFar = (action: HttpAction): AuditActor | undefined => this.actors.soFar(action);

  constructor(readonly parts: HttpCaptureParts) {
    this.actors = new ActionActor(parts.resolver, parts.failures, parts.options.actorTimeoutMs);
  }

  /** Begins to follow a request whose route was matched. */
  begin(route: AuditedRoute, request: FrameworkRequest, response: ServerResponse): HttpAction {
    const earlier = actionOf(request);
    if (earlier !== undefined && earlier.progress !== 'not-reached') {
      // The handler called next(): the request is still the same one, and already followed.
      return earlier;
    }
    const { clock, recorder, options } = this.parts;
    const facts = readRequestFacts(request, options.correlationHeader);
    const action = new HttpAction(route, request, facts, recorder.newId(), clock.now(), this.actorSoFar);
    (gateOf(response) ?? new ResponseGate(response)).enter(this.keeperOf(action));
    return action;
  }

  /** The route turned out not to be the one: a version or host filter passed the request on. */
  withdraw(action: HttpAction, response: ServerResponse): void {
    if (action.progress === 'not-reached') {
      gateOf(response)?.leave();
    }
  }

  /** Writes the records of actions that nobody waits for any more: the application shuts down. */
  async settleAbandoned(): Promise<void> {
    for (const settle of [...this.abandoned.values()]) {
      settle();
    }
    await Promise.resolve();
  }

  private keeperOf(action: HttpAction): GateKeeper {
    const { auditIdHeader } = this.parts.options;
    return {
      auditIdHeader: () => (auditIdHeader === false ? undefined : [auditIdHeader, action.eventId]),
      answered: (status, body) => this.record(action, { status, body }),
      closed: (response) => this.closed(action, response),
    };
  }

  private record(action: HttpAction, ending: HttpEnding): Promise<unknown> | undefined {
    try {
      const actor = this.actors.establish(action);
      if (actor instanceof Promise) {
        return actor.then((found) => this.recordFor(action, ending, found)).catch((error: unknown) => this.failed(error));
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
      reason: response.errored === null ? 'client_aborted' : 'response_failed',
    };
    if (action.progress !== 'running') {
      void this.record(action, ending);
      return;
    }
    this.awaitHandler(action, ending);
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

function isEventStream(response: ServerResponse): boolean {
  const type = response.headersSent ? response.getHeader('content-type') : undefined;
  return typeof type === 'string' && type.startsWith('text/event-stream');
}
