import { OptionsInvalidError } from '../../event/audit.error.js';
import { systemClock, type Clock } from '../../event/clock.js';
import { checkOneOf, checkShape, checkText } from '../../event/option-checks.js';
import { HTTP_CONNECTION_NAMES, httpAddress, type HttpConnectionOptions } from '../http/http-connection.options.js';
import { AZURE_CLOUD_NAMES, AZURE_CLOUDS, type AzureCloud } from './azure-cloud.js';

/** Options of `sentinelDataCollector`. */
export interface SentinelDataCollectorOptions extends HttpConnectionOptions {
  /** Id of the Log Analytics workspace, a GUID. */
  readonly workspaceId: string;
  /** Primary or secondary key of the workspace, as it is shown: base64. */
  readonly sharedKey: string;
  /** Name of the table, without the `_CL` that the service adds: letters, digits and _, at most 100, a letter first. */
  readonly logType: string;
  /** Chooses the host. @default 'public' */
  readonly cloud?: AzureCloud;
  /**
   * A collector of your own that still speaks the API: `collector.example.com:8443`, or its whole address without a path.
   * @default `<workspaceId>.ods.opinsights.azure.com`, or that of the cloud
   */
  readonly host?: string;
  /** Azure resource that the events belong to, for access by resource: `/subscriptions/...`. @default none */
  readonly resourceId?: string;
  /** Dates the signature. @default the system's clock */
  readonly clock?: Clock;
}

/** {@link SentinelDataCollectorOptions}, checked and complete. */
export interface SentinelDataCollectorSettings {
  readonly url: URL;
  readonly workspaceId: string;
  /** Decoded. */
  readonly key: Uint8Array;
  readonly logType: string;
  readonly resourceId: string | undefined;
  readonly clock: Clock;
  readonly connection: HttpConnectionOptions;
}

const NAMES = ['workspaceId', 'sharedKey', 'logType', 'cloud', 'host', 'resourceId', 'clock'];
const API_VERSION = '2016-04-01';

/** @throws OptionsInvalidError naming the option and the cure; the key is never repeated */
export function sentinelDataCollectorSettings(given: SentinelDataCollectorOptions): SentinelDataCollectorSettings {
  checkShape('', given, [...NAMES, ...HTTP_CONNECTION_NAMES]);
  const { workspaceId, logType, cloud = 'public', host, resourceId, clock = systemClock } = given;
  const { tls, proxy, timeoutMs, connectTimeoutMs } = given;
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(workspaceId)) {
    throw new OptionsInvalidError('workspaceId', 'is no GUID', 'Give the id of the workspace, not its name.');
  }
  if (!/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(logType)) {
    const cure = 'Use letters, digits and _, at most 100 and a letter first, without "_CL".';
    throw new OptionsInvalidError('logType', 'cannot be the name of a table', cure);
  }
  if (logType.endsWith('_CL')) {
    throw new OptionsInvalidError('logType', 'ends in "_CL"', 'Leave it out: the service adds it.');
  }
  if (resourceId !== undefined && !/^\/subscriptions\/[\x20-\x7e]{1,2000}$/i.test(resourceId)) {
    throw new OptionsInvalidError('resourceId', 'is no id of a resource', 'Give one: "/subscriptions/...".');
  }
  checkOneOf('cloud', cloud, AZURE_CLOUD_NAMES);
  if (host !== undefined && given.cloud !== undefined) {
    throw new OptionsInvalidError('cloud', 'is given, and "host" too', 'Give one or the other.');
  }
  const url = hostAddress(host ?? `${workspaceId}${AZURE_CLOUDS[cloud].dataCollector}`);
  url.pathname = '/api/logs';
  url.searchParams.set('api-version', API_VERSION);
  const connection = Object.fromEntries(
    Object.entries({ tls, proxy, timeoutMs, connectTimeoutMs }).filter(([, value]) => value !== undefined),
  );
  return { url, workspaceId, key: decodedKey(given.sharedKey), logType, resourceId, clock, connection };
}

function hostAddress(host: unknown): URL {
  checkText('host', host);
  const address = httpAddress('host', /^[a-z]+:\/\//i.test(String(host)) ? host : `https://${String(host)}`);
  if (address.pathname !== '/') {
    throw new OptionsInvalidError('host', 'has a path', 'Give the host alone: the path is always /api/logs.');
  }
  return address;
}

function decodedKey(sharedKey: unknown): Uint8Array {
  const key = typeof sharedKey === 'string' ? Buffer.from(sharedKey, 'base64') : Buffer.alloc(0);
  if (key.length < 16 || key.toString('base64') !== sharedKey) {
    const cure = 'Give the primary or secondary key of the workspace as it is shown, without white space around it.';
    throw new OptionsInvalidError('sharedKey', 'is no base64 of a key', cure);
  }
  return key;
}
