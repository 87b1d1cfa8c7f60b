import type { ProbeVerdict } from '../delivery/delivery-verdict.js';

type NetworkVerdict = Exclude<ProbeVerdict, { status: 'ok' }>;

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
  ['CERT_', 'The certificate of the receiver is refused: have it replaced.'],
  ['ERR_SSL_', 'What answers there does not speak this TLS: check the port, and the client certificate in "tls".'],
  ['ERR_TLS_', 'What answers there does not speak this TLS: check the port, and the client certificate in "tls".'],
  ['EPROTO', 'What answers there does not speak TLS: check the port and the protocol.'],
  ['HPE_', 'What answers there does not speak HTTP: check the port, and http against https.'],
  ['UND_ERR_PRX_TLS', 'The proxy has no good certificate: check the address of the proxy.'],
];

const CURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name is unknown: check the host in the address, and the name service of this machine.',
  EAI_AGAIN: 'The name service does not answer.',
  ECONNREFUSED: 'Nothing listens there: check the port, and that the receiver runs.',
  EHOSTUNREACH: 'There is no way to that address: check network and firewall.',
  ENETUNREACH: 'There is no way to that network: check network and firewall.',
  UND_ERR_CONNECT_TIMEOUT: 'The address does not answer: check network and firewall.',
  ETIMEDOUT: 'The address does not answer: check network and firewall.',
};

/**
 * What an error of a socket, a TLS connection or an HTTP client means: `retry` for what may pass by itself, `hold` for what
 * does not.
 */
export function networkVerdict(error: unknown): NetworkVerdict {
  const code = codeOf(error);
  const held = MISCONFIGURED.find(([beginning]) => code.startsWith(beginning));
  if (held !== undefined) {
    return { status: 'hold', reason: reasonOf(error, code), cure: held[1] };
  }
  if (/proxy/i.test(messageOf(error)) && /\b407\b/.test(messageOf(error))) {
    return { status: 'hold', reason: reasonOf(error, code), cure: 'Check user and password of the proxy.' };
  }
  const cure = CURES[code];
  return { status: 'retry', reason: reasonOf(error, code), ...(cure === undefined ? {} : { cure }) };
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = innerOf(at), depth += 1) {
    const { code } = at as { readonly code?: unknown };
    if (typeof code === 'string') {
      return code;
    }
  }
  return error instanceof Error ? error.name : 'unknown';
}

/** A name with several addresses fails with one error for each. */
function innerOf(error: Error): unknown {
  return error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause;
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

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return messageOf(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}
