import { FAILURE_MODES, failureMode, type FailureMode } from './failure-mode.js';
import type { EventCounts, EventLog } from './events/event-log.js';
import { jsonReply, refusal, type Reply } from './http/reply.js';
import { isFromElsewhere, isMeantForUs } from './http/request-origin.js';
import { sinkPage } from './page/sink-page.js';

/** How the receiver does. */
export interface SinkStatus extends EventCounts {
  readonly mode: FailureMode;
  /** Requests with events of which not everything was taken. */
  readonly refusedRequests: number;
}

/** What people see and do. */
export interface SinkControls {
  readonly log: EventLog;
  readonly listensOn: string;
  status(): SinkStatus;
  /** Forgets what arrived, counts included. */
  clear(): void;
  play(mode: FailureMode): void;
}

/** A request to the receiver's own routes, which have no body. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const ROUTES = ['GET /', 'GET /status', 'GET /events', 'DELETE /events', 'POST /fail'];
const SHOWN = 50;

/**
 * The receiver's own routes. They ask for no password: this machine is trusted, pages that its browsers show are not. So what
 * comes under a foreign name is refused, and what changes something is refused to pages of another origin.
 */
export function answerApi(request: ApiRequest, controls: SinkControls): Reply {
  const { method, path, query, headers } = request;
  if (!isMeantForUs(headers, controls.listensOn)) {
    return refusal(421, 'This server goes by localhost, by an address, or by AUDITED_SINK_HOST. Use one of those.');
  }
  const verb = method === 'HEAD' ? 'GET' : method;
  if (verb !== 'GET' && isFromElsewhere(headers)) {
    return refusal(403, 'Pages of another origin may change nothing here.');
  }
  switch (`${verb} ${path}`) {
    case 'GET /':
      return sinkPage();
    case 'GET /status':
      return jsonReply(200, JSON.stringify(controls.status()));
    case 'GET /events':
      return events(query.get('limit'), controls.log);
    case 'DELETE /events':
      controls.clear();
      return jsonReply(200, JSON.stringify(controls.status()));
    case 'POST /fail':
      return fail(query.get('mode'), controls);
    default:
      return unknownRoute(path);
  }
}

function events(given: string | null, log: EventLog): Reply {
  const limit = given === null ? SHOWN : Number(/^\d{1,6}$/.test(given) ? given : Number.NaN);
  if (!(limit >= 1)) {
    return refusal(400, `"limit" is ${JSON.stringify(given)}. Give a whole number from 1; without it, it is ${SHOWN}.`);
  }
  return jsonReply(200, `{"events":${log.latest(limit)}}`);
}

function fail(given: string | null, controls: SinkControls): Reply {
  const mode = failureMode(given);
  if (mode === undefined) {
    return refusal(400, `"mode" is ${JSON.stringify(given ?? '')}. Give one of: ${FAILURE_MODES.join(', ')}.`);
  }
  controls.play(mode);
  return jsonReply(200, JSON.stringify(controls.status()));
}

function unknownRoute(path: string): Reply {
  const allowed = ROUTES.filter((route) => route.endsWith(` ${path}`)).map((route) => route.split(' ')[0]);
  return allowed.length === 0
    ? refusal(404, `Nothing is here. Routes: ${ROUTES.join(', ')}; senders use /services/collector/event.`)
    : refusal(405, `This route takes ${allowed.join(' and ')}.`, { allow: allowed.join(', ') });
}
