import { OptionsInvalidError } from '../../event/audit.error.js';
import { systemClock, type Clock } from '../../event/clock.js';
import { checkFlag, checkShape, checkWhole } from '../../event/option-checks.js';
import {
  HTTP_CONNECTION_NAMES,
  httpAddress,
  httpConnectionSettings,
  type HttpConnectionOptions,
} from '../http/http-connection.options.js';
import { AddressGuard, type PrivateNetworks } from './address-guard.js';
import { signingKey, type SigningKey } from './signing-key.js';
import { webhookHeaders } from './webhook-headers.js';

/** Options of `webhook`. Only `url` and `secret` have no default. */
export interface WebhookOptions extends HttpConnectionOptions {
  /**
   * Where to send; `https:`, unless `allowPrivateNetwork` is given. A query may stand in it, and neither it nor the path is
   * ever shown.
   */
  readonly url: string;
  /**
   * What requests are signed with: `whsec_...` for HMAC-SHA256, `whsk_...` for ed25519. Several while they are being
   * changed: the request then carries a signature of each.
   */
  readonly secret: string | readonly string[];
  /**
   * `true`: events in one request, `{ "type": "audit.events", "data": { "events": [...] } }`. `false`: one event a request,
   * under its own type.
   * @default true
   */
  readonly batch?: boolean;
  /** Events in one request. @default 10, which is about the 20 kB that Standard Webhooks advises */
  readonly maxEvents?: number;
  /** Bytes of one request. What is longer by itself becomes a dead letter. At least 4096. @default 1000000 */
  readonly maxBytes?: number;
  /** Further headers of each request. Their values count as secrets. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Which addresses may be reached besides those of the public network: `true` for all, or networks, addresses and host
   * names.
   * @default false
   */
  readonly allowPrivateNetwork?: PrivateNetworks;
  /** How long one request may take, its answer included. @default 15000 */
  readonly timeoutMs?: number;
  /** @default the clock of the system */
  readonly clock?: Clock;
}

/** {@link WebhookOptions}, checked and complete. */
export interface WebhookSettings {
  readonly url: URL;
  readonly keys: readonly SigningKey[];
  readonly isBatched: boolean;
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly guard: AddressGuard;
  readonly connection: HttpConnectionOptions;
  /** What must not be shown. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
}

const OWN_NAMES = ['url', 'secret', 'batch', 'maxEvents', 'maxBytes', 'headers', 'allowPrivateNetwork', 'clock'];
const NAMES = [...OWN_NAMES, ...HTTP_CONNECTION_NAMES];
const MOST_SECRETS = 10;
/** Shorter parts of a path are words; a longer one may be what lets a request in. */
const LEAST_SECRET_SEGMENT = 16;

/** @throws OptionsInvalidError naming the option and the cure; never a secret */
export function webhookSettings(given: WebhookOptions): WebhookSettings {
  checkShape('', given, NAMES);
  const { batch = true, maxEvents = 10, maxBytes = 1_000_000, timeoutMs = 15_000, clock = systemClock } = given;
  checkFlag('batch', batch);
  checkWhole('maxEvents', maxEvents, 1, 10_000);
  checkWhole('maxBytes', maxBytes, 4096, 100_000_000);
  const guard = guardOf(given.allowPrivateNetwork);
  const url = addressOf(given, guard);
  const headers = webhookHeaders(given.headers);
  const { tls, proxy, connectTimeoutMs } = given;
  const connection = {
    timeoutMs,
    ...(tls === undefined ? {} : { tls }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
  };
  httpConnectionSettings(connection);
  const secrets: readonly string[] = typeof given.secret === 'string' ? [given.secret] : given.secret;
  return {
    url,
    keys: keysOf(secrets),
    isBatched: batch,
    maxEvents: batch ? maxEvents : 1,
    maxBytes,
    headers,
    guard,
    connection,
    secrets: [
      ...secrets,
      ...secrets.map((secret) => secret.slice(secret.indexOf('_') + 1)),
      ...hiddenIn(url),
      ...Object.values(headers),
    ],
    clock,
  };
}

function guardOf(allowed: unknown = false): AddressGuard {
  if (typeof allowed !== 'boolean' && !Array.isArray(allowed)) {
    throw new OptionsInvalidError(
      'allowPrivateNetwork',
      'is neither true or false nor a list',
      'Give networks such as "10.0.0.0/8", addresses and host names, or true for all of them.',
    );
  }
  return new AddressGuard(typeof allowed === 'boolean' ? allowed : [...(allowed as readonly string[])]);
}

function addressOf({ url: given, allowPrivateNetwork = false, proxy }: WebhookOptions, guard: AddressGuard): URL {
  const url = httpAddress('url', given, { query: true });
  if (url.protocol === 'http:' && allowPrivateNetwork === false) {
    throw new OptionsInvalidError(
      'url',
      'is not encrypted, and leads to the public network',
      'Use https, or "allowPrivateNetwork" for a receiver of your own.',
    );
  }
  if (
    !guard.permitsHost(url.hostname) ||
    (isThisMachine(url.hostname) && !guard.trusts(url.hostname) && allowPrivateNetwork === false)
  ) {
    throw new OptionsInvalidError(
      'url',
      'leads to an address that is not on the public network',
      'Name it in "allowPrivateNetwork" if it is a receiver of your own.',
    );
  }
  if (proxy !== undefined && guard.resolves(url.hostname)) {
    throw new OptionsInvalidError(
      'proxy',
      'resolves names where it stands, so that addresses cannot be checked here',
      'Have the proxy refuse private addresses; then name the host in "allowPrivateNetwork", or set it to true.',
    );
  }
  return url;
}

function isThisMachine(host: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(host);
}

function keysOf(secrets: unknown): readonly SigningKey[] {
  if (!Array.isArray(secrets) || secrets.length === 0 || secrets.length > MOST_SECRETS) {
    throw new OptionsInvalidError('secret', 'is missing', `Give one secret, or up to ${MOST_SECRETS} in a list.`);
  }
  return secrets.map((secret, index) => signingKey(secrets.length === 1 ? 'secret' : `secret[${index}]`, secret));
}

/** Parts of an address that may be what lets a request in. */
function hiddenIn({ pathname, search, searchParams }: URL): readonly string[] {
  const segments = pathname.split('/').filter(({ length }) => length >= LEAST_SECRET_SEGMENT);
  return [search, ...searchParams.values(), ...segments];
}
