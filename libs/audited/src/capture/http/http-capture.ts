import type { ServerResponse } from 'node:http';
import type { AuditActor } from '../../event/audit-event.js';
import { ActionActor, type ActingRequest } from './action-actor.js';
import type { AuditedRoute } from './audited-route.js';
import { exceptionInFilter } from './exception-watch.js';
import type { FrameworkRequest } from './framework-request.js';
import { actionOf, HttpAction } from './http-action.js';
import type { HttpEnding } from './draft/http-draft.js';
import { intentDraft } from './draft/intent-draft.js';
import { readRequestFacts } from './draft/http-facts.js';
import type { HttpCaptureParts } from './http-capture-parts.js';
import { HttpRecording } from './http-recording.js';
import { JoinedTransaction } from './levels/joined-transaction.js';
import { RequiredAction } from './levels/required-action.js';
import { intentNotRecorded } from './levels/unrecorded-answers.js';
import { RequestScope } from './request-scope.js';
import { gateOf, ResponseGate, type GateKeeper } from './gate/response-gate.js';

/** Follows audited requests from the matched route to the answer, and records each exactly once. */
export class HttpCapture {
  private readonly actors: ActionActor;
  private readonly recording: HttpRecording;
  /** Actions whose client went away while their handler still runs. */
  private readonly abandoned = new Map<HttpAction, (transactionEndMs?: number) => Promise<unknown> | undefined>();
  private readonly actorOf = (acting: ActingRequest): AuditActor | Promise<AuditActor> => this.actors.establish(acting);

  constructor(readonly parts: HttpCaptureParts) {
    this.actors = new ActionActor(parts.resolver, parts.failures, parts.options.actorTimeoutMs);
    this.recording = new HttpRecording(parts, this.actors);
  }

  /**
   * Begins to follow a request whose route was matched; `undefined` when that failed.
   *
   * @throws ServiceUnavailableException when that failed and the route's level is `required`; never otherwise
   */
  begin(route: AuditedRoute, request: FrameworkRequest, response: ServerResponse): HttpAction | undefined {
    try {
      return this.follow(route, request, response);
    } catch (error) {
      this.failed(error);
      if (route.level === 'required' && this.parts.recorder.failsClosed) {
        throw intentNotRecorded();
      }
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
    if (route.level === 'required') {
      action.required = new RequiredAction(response, this.parts, async () => intentDraft(action, await action.actor()));
    } else if (route.level === 'transactional') {
      action.transactional = new JoinedTransaction(action.eventId, () =>
        this.recording.draftOf(action, response.statusCode),
      );
    }
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

  /**
   * Writes the records of actions that nobody waits for any more: the application shuts down.
   *
   * @param timeoutMs half of it may pass before a transaction that is still open counts as one whose end is unknown
   */
  async settleAbandoned(timeoutMs: number): Promise<void> {
    // Node tells of the end of the last connection after the end of the server that it kept open, in a later phase.
    await nextTurn();
    await nextTurn();
    await Promise.all([...this.abandoned.values()].map(async (settle) => settle(timeoutMs / 2)));
  }

  private keeperOf(action: HttpAction, response: ServerResponse): GateKeeper {
    const { auditIdHeader } = this.parts.options;
    const { required } = action;
    const keeper: GateKeeper = {
      auditIdHeader: () => (auditIdHeader === false ? undefined : [auditIdHeader, action.eventId]),
      answered: (status, body) => {
        const filtered = exceptionInFilter();
        if (filtered !== undefined) {
          action.escaped(filtered.exception);
        } else if (action.progress === 'threw' && isEventStream(response)) {
          // No filter is asked any more: the head left long ago, and Nest sent the error as an event.
          action.escaped(action.thrownError());
        }
        return this.recording.record(action, { status, body });
      },
      closed: () => this.closed(action, response),
    };
    return required === undefined ? keeper : { ...keeper, instead: () => required.instead() };
  }

  private failed(error: unknown): void {
    this.parts.failures.report('capture', 'A request could not be recorded', error);
  }

  private closed(action: HttpAction, response: ServerResponse): void {
    if (isEventStream(response)) {
      // Leaving is how a client ends a stream of events; there is no other end to wait for.
      void this.recording.record(action, { status: response.statusCode });
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
          void this.abandoned.get(action)?.();
        }
      });
    } else {
      void this.recording.record(action, ending);
    }
  }

  /** The handler's own end belongs on the same record; it is waited for, but not for ever. */
  private awaitHandler(action: HttpAction, ending: HttpEnding): void {
    const settle = (transactionEndMs?: number): Promise<unknown> | undefined => {
      clearTimeout(timer);
      action.onHandlerEnd = undefined;
      return this.abandoned.delete(action) ? this.recording.record(action, ending, transactionEndMs) : undefined;
    };
    const timer = setTimeout(() => void settle(), this.parts.options.abandonedAfterMs);
    timer.unref();
    action.onHandlerEnd = () => void settle();
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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isEventStream(response: ServerResponse): boolean {
  return gateOf(response)?.contentType()?.startsWith('text/event-stream') === true;
}
