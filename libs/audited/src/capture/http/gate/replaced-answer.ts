import type { ServerResponse } from 'node:http';

/** What the client gets instead of the answer that the application decided. */
export interface AnswerInstead {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: object;
}

type End = ServerResponse['end'];

/**
 * Headers that belong to the connection, to the browser's rules or to the audit trail. Everything else described the
 * old answer, or granted something with it: its length, type and encoding, its validators, where to go on, a session.
 */
const KEPT_HEADERS =
  /^(access-control-.+|content-security-policy(-report-only)?|cross-origin-.+|origin-agent-cluster|permissions-policy|referrer-policy|strict-transport-security|x-content-type-options|x-frame-options|vary|connection|keep-alive|date)$/;

/**
 * Sends another answer in place of the one that was decided; its head must not have left.
 *
 * @param end the response's own `end`, or that of middleware: it may save a session, but the head is closed to it
 * @param keptHeader a header of the old answer that stays, besides the known ones
 */
export function sendInstead(
  response: ServerResponse,
  { status, body }: AnswerInstead,
  end: End,
  keptHeader?: string,
): void {
  for (const name of response.getHeaderNames()) {
    if (name !== keptHeader && !KEPT_HEADERS.test(name)) {
      response.removeHeader(name);
    }
  }
  const text = JSON.stringify(body);
  response.statusCode = status;
  if (response.req.httpVersionMajor < 2) {
    response.statusMessage = '';
  }
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.setHeader('cache-control', 'no-store');
  // Middleware that listens to the head (cookies, compression) stands on the response; Node's own method is below it.
  // oxlint-disable-next-line typescript/unbound-method -- only ever applied to the response itself
  const { writeHead, end: endBelow } = Object.getPrototypeOf(response) as ServerResponse;
  writeHead.call(response, status);
  try {
    end.call(response, text, 'utf8');
  } catch {
    // Middleware wanted to change a head that is closed. Its wish is the old answer's; this one is sent without it.
    endBelow.call(response, text, 'utf8');
  }
}
