import type { ProbeVerdict } from '../../delivery/delivery-verdict.js';
import type { SendHttp } from '../http/http-exporter.js';

/** A token of Microsoft Entra ID, and when it ends. */
export interface AccessToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresOnTimestamp: number;
}

/**
 * Somebody who gets access tokens: a managed identity, a workload identity, a certificate. Every credential of
 * `@azure/identity` is one.
 *
 * @example
 * ```ts
 * const credential: AccessTokenCredential = new DefaultAzureCredential();
 * ```
 */
export interface AccessTokenCredential {
  /**
   * Asked whenever the last token nears its end or was refused; tokens are kept until then.
   *
   * @param scope `https://monitor.azure.com/.default`
   * @param options `abortSignal`: whoever waits for the token has given up
   * @returns null when it has none to give
   */
  getToken(scope: string, options: { readonly abortSignal: AbortSignal }): Promise<AccessToken | null>;
}

/** Why there is no token. */
export type TokenRefusal = Exclude<ProbeVerdict, { status: 'ok' }>;

/** Gets a new token. It never rejects: what goes wrong is a verdict. */
export type TokenSource = (send: SendHttp, signal: AbortSignal) => Promise<AccessToken | TokenRefusal>;

/** What a header can carry, and what every token consists of (RFC 6750 section 2.1). */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** @returns undefined for what can be no token: the page of a proxy, an object of another shape */
export function accessTokenOf(token: unknown, expiresOnTimestamp: unknown): AccessToken | undefined {
  return typeof token === 'string' && TOKEN.test(token) && typeof expiresOnTimestamp === 'number'
    ? { token, expiresOnTimestamp }
    : undefined;
}
