import { OptionsInvalidError } from '../../event/audit.error.js';
import type { AuditRecord } from '../../event/audit-record.js';
import { systemClock, type Clock } from '../../event/clock.js';
import { checkFlag, checkOneOf, checkShape, checkText } from '../../event/option-checks.js';
import type { AccessTokenCredential, TokenSource } from '../entra/access-token.js';
import { clientCredentials } from '../entra/client-credentials.js';
import { ownCredential } from '../entra/own-credential.js';
import {
  HTTP_CONNECTION_NAMES,
  httpAddress,
  httpConnectionSettings,
  type HttpConnectionOptions,
} from '../http/http-connection.options.js';
import { AZURE_CLOUD_NAMES, AZURE_CLOUDS, cloudOfEndpoint, type AzureCloud } from './azure-cloud.js';
import { ownRowText, type SentinelRow } from './own-row.js';

/** Options of `sentinelLogsIngestion`: where to, and who sends; either the three of an application, or a credential. */
export type SentinelLogsIngestionOptions = SentinelStreamOptions & (SentinelApplication | SentinelOwnCredential);

/** Where the rows go. */
export interface SentinelStreamOptions extends HttpConnectionOptions {
  /**
   * The logs ingestion endpoint of the data collection rule, or of a data collection endpoint:
   * `https://audit-a1b2.westeurope-1.ingest.monitor.azure.com`.
   */
  readonly endpoint: string;
  /** `immutableId` of the data collection rule: `dcr-` and 32 hex digits. */
  readonly dcrImmutableId: string;
  /** A stream of that rule: `Custom-AuditedAsim`, or `Microsoft-` and the name of a table. */
  readonly streamName: string;
  /** Chooses `authority` and `scope`. @default 'public' */
  readonly cloud?: AzureCloud;
  /** What tokens are asked for. @default that of the cloud: `https://monitor.azure.com/.default` */
  readonly scope?: string;
  /**
   * Rows for a table with columns of your own, in place of a format. `TimeGenerated` has to be in the row, unless the rule
   * computes it. Columns that the stream does not declare are passed over without a word; a text longer than 64 KB is cut
   * by the service.
   * @default the destination's format, which is `asim`
   */
  readonly row?: SentinelRow;
  /** Whether bodies are compressed. The limit of 1 MB counts them uncompressed all the same. @default true */
  readonly gzip?: boolean;
  /** Tells when tokens end. @default the system's clock */
  readonly clock?: Clock;
}

/** An application of Microsoft Entra ID and its secret. */
export interface SentinelApplication {
  /** Id of the tenant, or a domain of it. */
  readonly tenantId: string;
  /** Id of the application (client). */
  readonly clientId: string;
  /** Value of a client secret; not its id. */
  readonly clientSecret: string;
  /** Where tokens are given. @default that of the cloud: `https://login.microsoftonline.com` */
  readonly authority?: string;
  readonly credential?: never;
}

/** Whoever else has tokens: a managed identity, a workload identity. */
export interface SentinelOwnCredential {
  /** Any credential of `@azure/identity`, or your own. */
  readonly credential: AccessTokenCredential;
  readonly tenantId?: never;
  readonly clientId?: never;
  readonly clientSecret?: never;
  readonly authority?: never;
}

/** {@link SentinelLogsIngestionOptions}, checked and complete. */
export interface SentinelLogsIngestionSettings {
  /** What rows are posted to. */
  readonly url: URL;
  readonly endpoint: URL;
  readonly tokens: TokenSource;
  readonly clientSecret: string | undefined;
  readonly rowText: ((record: AuditRecord) => string) | undefined;
  readonly gzip: boolean;
  readonly clock: Clock;
  readonly connection: HttpConnectionOptions;
}

const STREAM_NAMES = ['endpoint', 'dcrImmutableId', 'streamName', 'cloud', 'scope', 'row', 'gzip', 'clock'];
const APPLICATION_NAMES = ['tenantId', 'clientId', 'clientSecret', 'authority'] as const;
const API_VERSION = '2023-01-01';
const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** @throws OptionsInvalidError naming the option and the cure */
export function sentinelLogsIngestionSettings(given: SentinelLogsIngestionOptions): SentinelLogsIngestionSettings {
  checkShape('', given, [...STREAM_NAMES, ...APPLICATION_NAMES, 'credential', ...HTTP_CONNECTION_NAMES]);
  const { cloud = 'public', gzip = true, clock = systemClock, row, tls, proxy, timeoutMs, connectTimeoutMs } = given;
  checkOneOf('cloud', cloud, AZURE_CLOUD_NAMES);
  checkFlag('gzip', gzip);
  const scope = checkedScope(given.scope ?? AZURE_CLOUDS[cloud].scope);
  const endpoint = checkedEndpoint(given.endpoint, given.scope === undefined ? cloud : undefined);
  const connection = Object.fromEntries(
    Object.entries({ tls, proxy, timeoutMs, connectTimeoutMs }).filter(([, value]) => value !== undefined),
  );
  return {
    url: streamUrl(endpoint, given),
    endpoint,
    tokens: tokenSource(given, scope, cloud, clock, httpConnectionSettings(connection).timeoutMs),
    clientSecret: given.clientSecret,
    rowText: row === undefined ? undefined : ownRowText(row),
    gzip,
    clock,
    connection,
  };
}

function streamUrl(endpoint: URL, { dcrImmutableId, streamName }: SentinelStreamOptions): URL {
  if (!/^dcr-[0-9a-f]{32}$/i.test(dcrImmutableId)) {
    const cure = 'Give "immutableId" of the data collection rule; its JSON view shows it.';
    throw new OptionsInvalidError('dcrImmutableId', 'is not "dcr-" and 32 hex digits', cure);
  }
  if (!/^(?:Custom|Microsoft)-[A-Za-z0-9_-]{1,200}$/.test(streamName)) {
    const cure = 'Give a stream that the data collection rule declares, with its beginning: "Custom-AuditedAsim".';
    throw new OptionsInvalidError('streamName', 'begins neither with "Custom-" nor with "Microsoft-"', cure);
  }
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/dataCollectionRules/${dcrImmutableId}/streams/${streamName}`;
  url.searchParams.set('api-version', API_VERSION);
  return url;
}

function checkedEndpoint(given: unknown, cloud: AzureCloud | undefined): URL {
  const endpoint = azureAddress('endpoint', given);
  if (endpoint.pathname.includes('/dataCollectionRules')) {
    throw new OptionsInvalidError('endpoint', 'has the path of a stream', 'Give the address without it.');
  }
  const itsCloud = cloudOfEndpoint(endpoint);
  if (cloud !== undefined && itsCloud !== undefined && itsCloud !== cloud) {
    throw new OptionsInvalidError('cloud', `is "${cloud}", and the endpoint is in another`, `Use "${itsCloud}".`);
  }
  return endpoint;
}

/** Tokens and secrets travel there: not in clear text, but for an emulator on the same machine. */
function azureAddress(option: string, given: unknown): URL {
  const address = httpAddress(option, given);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  if (address.protocol !== 'https:' && !isHere) {
    throw new OptionsInvalidError(option, 'is no https address', 'A token would travel in clear text: use https.');
  }
  return address;
}

function checkedScope(scope: string): string {
  if (typeof scope !== 'string' || !/^[\x21-\x7e]{1,300}\/\.default$/.test(scope)) {
    throw new OptionsInvalidError('scope', 'does not end in "/.default"', 'Leave it out for that of the cloud.');
  }
  return scope;
}

function tokenSource(
  given: SentinelLogsIngestionOptions,
  scope: string,
  cloud: AzureCloud,
  clock: Clock,
  timeoutMs: number,
): TokenSource {
  if (given.credential !== undefined) {
    const other = APPLICATION_NAMES.find((name) => given[name] !== undefined);
    if (other !== undefined) {
      throw new OptionsInvalidError(other, 'is given, and "credential" too', 'Give one or the other.');
    }
    if (typeof (given.credential as Partial<AccessTokenCredential> | null)?.getToken !== 'function') {
      throw new OptionsInvalidError('credential', 'has no method "getToken"', 'Give one of @azure/identity, say.');
    }
    return ownCredential(given.credential, scope, timeoutMs);
  }
  const { tenantId, clientId, clientSecret } = given;
  if (typeof tenantId !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(tenantId)) {
    throw new OptionsInvalidError('tenantId', 'is no id and no domain of a tenant', 'Give it, or a "credential".');
  }
  if (typeof clientId !== 'string' || !GUID.test(clientId)) {
    throw new OptionsInvalidError('clientId', 'is no GUID', 'Give the id of the application (client).');
  }
  checkText('clientSecret', clientSecret);
  if (clientSecret !== clientSecret.trim()) {
    const cure = 'A secret that is read from a file often ends with a line end: trim it.';
    throw new OptionsInvalidError('clientSecret', 'begins or ends with white space', cure);
  }
  const authority = azureAddress('authority', given.authority ?? AZURE_CLOUDS[cloud].authority);
  const url = new URL(`${authority.href.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`);
  return clientCredentials({ url, scope, clientId, clientSecret }, clock);
}
