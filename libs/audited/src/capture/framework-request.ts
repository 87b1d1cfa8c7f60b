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
export type FrameworkResponse = ServerResponse | { readonly raw: ServerResponse; readonly request: FrameworkRequest };

/** Node's response behind a framework's. */
export function rawResponse(response: FrameworkResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/** The request that a framework's response answers. */
export function requestOf(response: FrameworkResponse): unknown {
  return 'raw' in response ? response.request : response.req;
}
