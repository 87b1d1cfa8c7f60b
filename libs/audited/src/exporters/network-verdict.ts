import type { ProbeVerdict } from '../delivery/delivery-verdict.js';

type NetworkVerdict = Exclude<ProbeVerdict, { status: 'ok' }>;

const NO_TLS = 'What answers there does not speak this TLS: check the port, and the client certificate in "tls".';
const NO_HTTP = 'What answers there does not speak HTTP: check the port, and http against https.';
const BAD_CERTIFICATE = 'The certificate of the receiver is refused: have it replaced.';

/** Nothing arrives before somebody mends it: a certificate, a port, a proxy. By the beginning of the error's code. */
const MISCONFIGURED: readonly (readonly [code: string, cure: string])[] = [
  ['CERT_HAS_EXPIRED', "The receiver's certificate has expired: have it renewed, and check the clock of this machine."],
  ['CERT_NOT_YET_VALID', "The receiver's certificate is not valid yet: check the clock of this machine."],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'The certificate is for another name: correct the address, or set "tls.serverName".',
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The certificate is signed by nobody else: give it in "tls.ca" if you trust it.'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'The authority is not a public one: give its certificate in "tls.ca".'],
  ['UNABLE_TO_', 'The authority is not known here: give its certificate, with those between, in "tls.ca".'],
  ['CERT_', BAD_CERTIFICATE],
  ['CRL_', BAD_CERTIFICATE],
  ['HOSTNAME_MISMATCH', BAD_CERTIFICATE],
  ['INVALID_CA', BAD_CERTIFICATE],
  ['INVALID_PURPOSE', BAD_CERTIFICATE],
  ['PATH_LENGTH_EXCEEDED', BAD_CERTIFICATE],
  ['ERR_SSL_', NO_TLS],
  ['ERR_TLS_', NO_TLS],
  ['EPROTO', 'What answers there does not speak TLS: check the port and the protocol.'],
  ['HPE_', NO_HTTP],
  // The client tells it by the name alone.
  ['HTTPParserError', NO_HTTP],
  ['UND_ERR_PRX_TLS', 'The proxy has no good certificate: check the address of the proxy.'],
  ['UND_ERR_INVALID_ARG', 'Such a request can not be made: check tokens and headers for line ends and odd characters.'],
  [
    'ERR_ADDRESS_REFUSED',
    'Give an address on the public network, or name those that may be reached in "allowPrivateNetwork".',
  ],
];

const BROKEN_OFF =
  'The receiver broke the connection off. If it goes on so: check http against https, the port, and whether it wants a client certificate.';
const CURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name is unknown: check the host in the address, and the name service of this machine.',
  EAI_AGAIN: 'The name service does not answer.',
  ECONNREFUSED: 'Nothing listens there: check the port, and that the receiver runs.',
  ECONNRESET: BROKEN_OFF,
  EPIPE: BROKEN_OFF,
  UND_ERR_SOCKET: BROKEN_OFF,
  EHOSTUNREACH: 'There is no way to that address: check network and firewall.',
  ENETUNREACH: 'There is no way to that network: check network and firewall.',
  UND_ERR_CONNECT_TIMEOUT: 'The address does not answer: check network and firewall.',
  ETIMEDOUT: 'The address does not answer: check network and firewall.',
};
/** An error within an error within an error: deeper is not looked. */
const MOST_DEPTH = 5;

/**
 * What an error of a socket, a TLS connection or an HTTP client means: `retry` for what may pass by itself, `hold` for what
 * does not.
 */
export function networkVerdict(error: unknown): NetworkVerdict {
  const proxied = /proxy response \((\d{3})\)/i.exec(messageOf(error))?.[1];
  if (proxied !== undefined) {
    return proxyVerdict(Number(proxied));
  }
  const code = codeOf(error);
  const held = MISCONFIGURED.find(([beginning]) => code.startsWith(beginning));
  if (held !== undefined) {
    return { status: 'hold', reason: reasonOf(error, code), cure: held[1] };
  }
  const cure = CURES[code];
  return { status: 'retry', reason: reasonOf(error, code), ...(cure === undefined ? {} : { cure }) };
}

/** A proxy that did not open the tunnel. */
function proxyVerdict(status: number): NetworkVerdict {
  const reason = `the proxy answered ${status}`;
  if (status === 429 || status >= 500) {
    return { status: 'retry', reason, cure: 'The proxy does not reach the receiver: check both.' };
  }
  const cure = status === 407 ? 'Check user and password of the proxy.' : 'Have the proxy let this address through.';
  return { status: 'hold', reason, cure };
}

function codeOf(error: unknown): string {
  let at: unknown = error;
  for (let depth = 0; isObject(at) && depth < MOST_DEPTH; depth += 1) {
    if (typeof at['code'] === 'string') {
      return at['code'];
    }
    at = innerOf(at);
  }
  const name = isObject(error) ? error['name'] : undefined;
  return typeof name === 'string' ? name : 'unknown';
}

function reasonOf(error: unknown, code: string): string {
  if (code === 'TimeoutError') {
    return 'no answer in time';
  }
  if (code === 'AbortError' || code === 'UND_ERR_ABORTED') {
    return 'given up';
  }
  const message = messageOf(error);
  return message === '' || message.includes(code) ? message || code : `${code}: ${message}`;
}

/** The words of the innermost error that has some: those around it say `fetch failed`, or nothing. */
function messageOf(error: unknown): string {
  let words = isObject(error) ? '' : String(error);
  let at: unknown = error;
  for (let depth = 0; isObject(at) && depth < MOST_DEPTH; depth += 1) {
    words = typeof at['message'] === 'string' && at['message'] !== '' ? at['message'] : words;
    at = innerOf(at);
  }
  return words;
}

/** A name with several addresses fails with one error for each. */
function innerOf(error: Readonly<Record<string, unknown>>): unknown {
  const { errors } = error;
  return Array.isArray(errors) ? (errors[0] as unknown) : error['cause'];
}

/** Not `instanceof Error`: errors of Node itself may come from another realm. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
