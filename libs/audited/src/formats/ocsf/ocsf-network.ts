import type { AuditEvent, AuditOrigin, HttpTransport } from '../../event/audit-event.js';
import { ipAddressOf } from '../ip-address.js';
import { known, said } from './ocsf-text.js';
import { OCSF_HTTP_METHODS } from './ocsf-words.js';

/** The object `network_endpoint`; OCSF requires one of these. */
export interface OcsfEndpoint {
  readonly ip?: string;
  readonly hostname?: string | undefined;
  readonly svc_name?: string | undefined;
  readonly instance_uid?: string | undefined;
}

/**
 * Where the activity came from: the address of the actor; of what no request asked for, the application itself. A
 * request without a valid address came from somewhere that nobody knows, and that is no endpoint.
 */
export function sourceOf(
  { actor, transport }: AuditEvent,
  application: OcsfEndpoint | undefined,
): OcsfEndpoint | undefined {
  const ip = ipAddressOf(actor.ip)?.text;
  if (ip !== undefined) return { ip };
  return transport.kind === 'http' || said(actor.ip) !== undefined ? undefined : application;
}

/** The application, as an endpoint. */
export function applicationEndpoint({ component, host, instanceId }: AuditOrigin): OcsfEndpoint | undefined {
  return known({ hostname: said(host), svc_name: said(component), instance_uid: said(instanceId) });
}

/** The object `http_request`. A path alone is no `url_string`. */
export interface OcsfRequest {
  readonly http_method: string | undefined;
  readonly url: { readonly path: string } | undefined;
  readonly user_agent: string | undefined;
}

export function requestOf({ method, path }: HttpTransport, userAgent: string | undefined): OcsfRequest | undefined {
  return known({
    http_method: OCSF_HTTP_METHODS.has(method) ? method : undefined,
    url: path === '' ? undefined : { path },
    user_agent: said(userAgent),
  });
}

/** The object `http_response`, which requires the code. */
export function responseOf({ status }: HttpTransport): object | undefined {
  return status === undefined ? undefined : { code: status };
}
