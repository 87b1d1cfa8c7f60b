import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { statusText } from './answer-text.js';
import type { HttpAnswer } from './http-connection.js';
import { retryAfterMs } from './retry-after.js';

const RETRIED = new Set([408, 425, 429]);
const CURES: Readonly<Record<number, string>> = {
  401: 'Check the token or key: the receiver does not know it.',
  403: 'Check what the token may do at the receiver, and that the address is the right one.',
  404: 'Check the address: nothing is there.',
  405: 'Check the address: nothing takes events there.',
  407: 'Check user and password of the proxy.',
  410: 'The receiver is gone for good: give its new address, or remove the destination.',
  415: 'Check the address: what is there takes other content.',
  501: 'Check the address: what is there cannot do this.',
};

/**
 * Servers that ask for TLS, or for a client's certificate, say so with a 400: that is nothing which an event has done.
 * nginx, Apache, Go, HAProxy.
 */
const SET_UP_WRONGLY =
  /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL|HTTP request to an HTTPS server|No required SSL certificate|SSL certificate error|client certificate (?:is )?required/i;

/**
 * What a status means where a receiver has no rules of its own. 2xx: delivered. 408, 425, 429, 5xx: retry, with
 * `Retry-After` as the least wait. 413: split. 400, 422: poison. Everything else, redirects too: hold; a redirect is never
 * followed, because it would carry the token elsewhere.
 */
export function httpVerdict(answer: HttpAnswer): DeliveryVerdict {
  const { status, headers } = answer;
  const reason = statusText(answer);
  if (status >= 200 && status < 300) {
    return { status: 'delivered' };
  }
  if (RETRIED.has(status) || (status >= 500 && status !== 501)) {
    return { status: 'retry', reason, ...waitOf(answer) };
  }
  if (status === 413) {
    return { status: 'split', reason };
  }
  if (status === 400 && SET_UP_WRONGLY.test(reason)) {
    return { status: 'hold', reason, cure: 'Check http against https, and the client certificate in "tls".' };
  }
  if (status === 400 || status === 422) {
    return { status: 'poison', reason };
  }
  if (status >= 300 && status < 400) {
    const target = URL.canParse(headers['location'] ?? '') ? new URL(headers['location'] ?? '').origin : 'elsewhere';
    return {
      status: 'hold',
      reason: `HTTP ${status}: it redirects to ${target}`,
      cure: 'Give the address that it leads to: redirects are never followed.',
    };
  }
  const cure = CURES[status] ?? 'Check address and credentials of the destination.';
  return { status: 'hold', reason, cure, ...waitOf(answer) };
}

/** The least wait that the answer asks for, as a member of a verdict. */
export function waitOf({ headers }: HttpAnswer): { readonly afterMs?: number } {
  const afterMs = retryAfterMs(headers);
  return afterMs === undefined ? {} : { afterMs };
}
