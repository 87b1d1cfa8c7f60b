import type { FrameworkRequest } from '../framework-request.js';

/** Facts of a request that must be read while its connection still stands. */
export interface HttpRequestFacts {
  readonly method: string;
  /** Without query string: queries carry secrets, and the options can name what is worth keeping. */
  readonly path: string;
  readonly ip: string | undefined;
  readonly userAgent: string | undefined;
  readonly correlationId: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

const IPV4_MAPPED = '::ffff:';

/** What a correlation id may look like; anything else is somebody's attempt to write into the log. */
const CORRELATION_ID = /^[A-Za-z0-9._:=+/-]{1,128}$/;

/** W3C Trace Context, section 3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;
const VERSION_00_LENGTH = 55;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

/** @param correlationHeader lower-case name of the header that carries the correlation id */
export function readRequestFacts(request: FrameworkRequest, correlationHeader: string): HttpRequestFacts {
  const { headers } = request;
  const trace = traceOf(headers['traceparent']);
  return {
    method: request.method,
    path: pathOf(request.originalUrl ?? request.url),
    ip: addressOf(request),
    userAgent: headers['user-agent'],
    correlationId: correlationIdOf(headers[correlationHeader]),
    traceId: trace?.traceId,
    spanId: trace?.spanId,
  };
}

interface ConnectedRequest {
  readonly socket?: { readonly remoteAddress?: string };
}

function pathOf(url: string): string {
  const queryAt = url.indexOf('?');
  return queryAt === -1 ? url : url.slice(0, queryAt);
}

/**
 * The framework's word counts, because it knows which proxies are trusted. Where nobody forwarded, and nobody put an
 * address of their own on the request, its word is the socket's, which is cheaper to ask.
 */
function addressOf(request: FrameworkRequest): string | undefined {
  const socketAddress = (request.raw ?? (request as ConnectedRequest)).socket?.remoteAddress;
  const forwarded = request.headers['x-forwarded-for'] !== undefined || Object.hasOwn(request, 'ip');
  const address = forwarded ? (request.ip ?? socketAddress) : (socketAddress ?? request.ip);
  // A dual-stack socket shows IPv4 clients in IPv6 form; one client must have one address.
  return address?.startsWith(IPV4_MAPPED) === true ? address.slice(IPV4_MAPPED.length) : address;
}

function correlationIdOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && CORRELATION_ID.test(header) ? header : undefined;
}

function traceOf(header: string | string[] | undefined): { traceId: string; spanId: string } | undefined {
  if (typeof header !== 'string' || header.length > 512) {
    return undefined;
  }
  const [, version, traceId, spanId] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined) {
    return undefined;
  }
  // Only a later version may have more to say after the flags.
  const valid =
    version !== 'ff' &&
    (version !== '00' || header.length === VERSION_00_LENGTH) &&
    traceId !== NO_TRACE &&
    spanId !== NO_SPAN;
  return valid ? { traceId, spanId } : undefined;
}
