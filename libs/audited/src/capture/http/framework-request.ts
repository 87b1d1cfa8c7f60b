import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** What Express and Fastify requests have in common, as far as the capture needs it. */
export interface FrameworkRequest {
  readonly method: string;
  readonly url: string;
  /** Express: the url before routers cut their mount path off. */
  readonly originalUrl?: string;
  readonly headers: IncomingHttpHeaders;
  /** The framework's own idea of the client's address: `trust proxy` / `trustProxy` is respected. */
  readonly ip?: string;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly user?: unknown;
  /** Fastify: Node's request. */
  readonly raw?: IncomingMessage;
}

/** Express's response is Node's; Fastify's reply holds it. */
export type FrameworkResponse = ServerResponse | FastifyResponse;

interface FastifyResponse {
  readonly raw: ServerResponse;
  readonly request: FrameworkRequest;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

/** Node's response behind a framework's. */
export function rawResponse(response: FrameworkResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/** The request that a framework's response answers. */
export function requestOf(response: FrameworkResponse): unknown {
  return 'raw' in response ? response.request : response.req;
}

/**
 * Gives Fastify a header early, among its own, which is cheaper than adding one to Node's response at the end.
 * Express has no such place; there, and where Fastify loses it, the gate adds it.
 */
export function announceHeader(response: FrameworkResponse, name: string, value: string): void {
  if ('raw' in response) {
    response.header(name, value);
  }
}

/** Takes back what {@link announceHeader} gave. */
export function retractHeader(response: FrameworkResponse, name: string): void {
  if ('raw' in response) {
    response.removeHeader(name);
  }
}
