import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AuditEventType } from '../../catalogue/event-type.js';
import type { FrameworkRequest } from './framework-request.js';
import type { HttpCaptureParts } from './http-capture-parts.js';
import { readRequestFacts } from './draft/http-facts.js';
import { httpOutcome, type HttpCourse } from './draft/http-outcome.js';
import { ResponseGate } from './gate/response-gate.js';

const UNREACHED: HttpCourse = { progress: 'not-reached', admitted: false, filtered: false, exceptionStatus: undefined };

/** Fastify's request for Node's: only it knows the client's address behind a trusted proxy. Express has one for both. */
const seenAs = new WeakMap<IncomingMessage, FrameworkRequest>();

interface Fastify {
  addHook(name: 'onRequest', hook: (request: FastifyRequest, reply: unknown, done: () => void) => void): unknown;
}

type FastifyRequest = FrameworkRequest & { readonly raw: IncomingMessage };

function isFastify(instance: unknown): instance is Fastify {
  return typeof (instance as { readonly addHook?: unknown }).addHook === 'function';
}

/**
 * Records requests that no route matched, or that were refused before any route was looked for: an
 * unparsable body, a middleware's refusal. Stands at the server itself, in front of the framework.
 * A request that reaches a route is that route's affair, and leaves no record here.
 */
export class UnmatchedCapture {
  constructor(private readonly parts: HttpCaptureParts) {}

  /** @param instance the framework's own application object */
  attach(server: Server, instance: unknown): void {
    server.prependListener('request', (request, response) => this.begin(request, response));
    if (isFastify(instance)) {
      instance.addHook('onRequest', (request, _reply, done) => {
        seenAs.set(request.raw, request);
        done();
      });
    }
  }

  private begin(request: IncomingMessage, response: ServerResponse): void {
    const { recorder, clock, options } = this.parts;
    const eventId = recorder.newId();
    const startedAt = clock.now();
    const { auditIdHeader } = options;
    new ResponseGate(response).enter({
      auditIdHeader: () =>
        auditIdHeader === false || response.statusCode < 400 ? undefined : [auditIdHeader, eventId],
      answered: (status) => (status < 400 ? undefined : this.record(request, eventId, startedAt, status)),
      closed: () => undefined,
    });
  }

  private record(
    request: IncomingMessage,
    eventId: string,
    startedAt: number,
    status: number,
  ): Promise<unknown> | undefined {
    const { recorder, clock, options, failures } = this.parts;
    try {
      const facts = readRequestFacts(
        seenAs.get(request) ?? (request as unknown as FrameworkRequest),
        options.correlationHeader,
      );
      const { method, path, ip, userAgent, correlationId, traceId, spanId } = facts;
      const receipt = recorder.record(
        {
          type: typeOf(status),
          action: `${method} ${path}`,
          outcome: httpOutcome(status, UNREACHED).outcome,
          actor: {
            kind: 'anonymous',
            ...(ip === undefined ? {} : { ip }),
            ...(userAgent === undefined ? {} : { userAgent }),
          },
          correlationId: correlationId ?? eventId,
          ...(traceId === undefined || spanId === undefined ? {} : { traceId, spanId }),
          occurredAt: new Date(startedAt),
          durationMs: clock.now() - startedAt,
          transport: { kind: 'http', method, path, status },
          // No message: parsers quote the body they could not read, and not-found pages the query string.
          error: { code: String(status) },
        },
        undefined,
        eventId,
      );
      return receipt instanceof Promise ? receipt : undefined;
    } catch (error) {
      failures.report('capture', 'An unmatched request could not be recorded', error);
      return undefined;
    }
  }
}

function typeOf(status: number): AuditEventType {
  if (status === 404 || status === 405) {
    return 'audit.http.unmatched' as AuditEventType;
  }
  return (status === 429 ? 'audit.http.rate_limited' : 'audit.http.malformed') as AuditEventType;
}
