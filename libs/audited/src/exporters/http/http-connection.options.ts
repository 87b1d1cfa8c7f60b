import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkText, checkWhole } from '../../event/option-checks.js';
import { tlsSettings, type TlsOptions, type TlsSettings } from '../tls.options.js';

/** Options that every exporter has which speaks HTTP. */
export interface HttpConnectionOptions {
  readonly tls?: TlsOptions;
  /** A proxy to go through: `http://user:password@proxy.example:3128`. @default none, whatever the environment says */
  readonly proxy?: string;
  /** How long one request may take, its answer included. @default 30000 */
  readonly timeoutMs?: number;
  /** How long connecting may take. @default 10000 */
  readonly connectTimeoutMs?: number;
}

/** A proxy, its secrets apart from its address. */
export interface HttpProxy {
  readonly url: URL;
  /** What `Proxy-Authorization` says; undefined when there is neither user nor password. */
  readonly authorization: string | undefined;
  /** What must not be shown. */
  readonly secrets: readonly string[];
}

/** {@link HttpConnectionOptions}, checked and complete. */
export interface HttpConnectionSettings {
  readonly tls: TlsSettings;
  readonly proxy: HttpProxy | undefined;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
}

export const HTTP_CONNECTION_NAMES = ['tls', 'proxy', 'timeoutMs', 'connectTimeoutMs'] as const;

/** @throws OptionsInvalidError naming the option and the cure */
export function httpConnectionSettings(given: HttpConnectionOptions): HttpConnectionSettings {
  const { proxy, timeoutMs = 30_000, connectTimeoutMs = 10_000 } = given;
  checkWhole('timeoutMs', timeoutMs, 1, 600_000);
  checkWhole('connectTimeoutMs', connectTimeoutMs, 1, 600_000);
  return {
    tls: tlsSettings(given.tls),
    proxy: proxy === undefined ? undefined : proxySettings(proxy),
    timeoutMs,
    connectTimeoutMs,
  };
}

/**
 * An `http:` or `https:` address out of an option.
 *
 * @param allowed `credentials`: user and password may stand in it; `query`: a query may
 * @throws OptionsInvalidError; the address is not repeated where it may hold a secret
 */
export function httpAddress(
  option: string,
  given: unknown,
  allowed: { readonly credentials?: boolean; readonly query?: boolean } = {},
): URL {
  checkText(option, given);
  const address = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  if (address === undefined || !['http:', 'https:'].includes(address.protocol)) {
    throw new OptionsInvalidError(option, 'is no http or https address', 'Give one such as https://siem.example.com.');
  }
  if (allowed.credentials !== true && (address.username !== '' || address.password !== '')) {
    throw new OptionsInvalidError(option, 'holds a user or password', 'Give them by the options that are for them.');
  }
  if (allowed.query !== true && (address.search !== '' || address.hash !== '')) {
    throw new OptionsInvalidError(option, 'has a query or a fragment', 'Give the address without it.');
  }
  return address;
}

function proxySettings(given: string): HttpProxy {
  const { protocol, host, username, password } = httpAddress('proxy', given, { credentials: true });
  const url = new URL(`${protocol}//${host}`);
  if (username === '' && password === '') {
    return { url, authorization: undefined, secrets: [] };
  }
  let pair: string;
  try {
    pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    // The error itself would repeat nothing, but name no option either.
    throw new OptionsInvalidError('proxy', 'has a user or password with a stray "%"', 'Write "%25" for it.');
  }
  const digits = Buffer.from(pair).toString('base64');
  const secrets = [pair, digits, password, decodeURIComponent(password), decodeURIComponent(username)];
  return { url, authorization: `Basic ${digits}`, secrets };
}

/** An address for people: no user, no password, no query. */
export function shownAddress(address: URL): string {
  return `${address.origin}${address.pathname === '/' ? '' : address.pathname}`;
}
