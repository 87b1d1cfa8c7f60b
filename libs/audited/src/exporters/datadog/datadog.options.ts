import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkOneOf, checkShape, checkText } from '../../event/option-checks.js';
import { checkCredential } from '../credential-option.js';
import { HTTP_CONNECTION_NAMES, httpAddress, type HttpConnectionOptions } from '../http/http-connection.options.js';
import { isTagName, tagText } from './datadog-tags.js';

/** The sites of Datadog that take logs. Each is a world of its own: a key of one is unknown to the others. */
export const DATADOG_SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'datadoghq.eu',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const;

export type DatadogSite = (typeof DATADOG_SITES)[number];

/** Which Datadog, and what its logs say of where they come from. */
export interface DatadogOptions extends HttpConnectionOptions {
  /** An API key; an application key is another thing, and does not open the intake. */
  readonly apiKey: string;
  /** Where the organisation is. @default 'datadoghq.com' */
  readonly site?: DatadogSite;
  /** Instead of `site`: a relay or another intake; `/api/v2/logs` is put behind it. */
  readonly url?: string;
  /** `ddsource`: chooses pipelines. @default 'nestjs-audited' */
  readonly source?: string;
  /** `service` of events that know no component of their own. @default none */
  readonly service?: string;
  /** Tags of every log, besides `env` and `version`, which come from the event. @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether requests are compressed. @default true */
  readonly gzip?: boolean;
}

/** {@link DatadogOptions}, checked and complete. */
export interface DatadogSettings {
  readonly address: URL;
  readonly apiKey: string;
  readonly source: string;
  readonly service: string | undefined;
  /** As they stand in `ddtags`. */
  readonly tags: readonly string[];
  readonly gzip: boolean;
}

const NAMES = ['apiKey', 'site', 'url', 'source', 'service', 'tags', 'gzip', ...HTTP_CONNECTION_NAMES];

/** @throws OptionsInvalidError naming the option and the cure; never with the key */
export function datadogSettings(options: DatadogOptions): DatadogSettings {
  checkShape('', options, NAMES);
  const { apiKey, source = 'nestjs-audited', service, tags = {}, gzip = true } = options;
  checkCredential('apiKey', apiKey);
  checkText('source', source);
  if (service !== undefined) checkText('service', service);
  checkFlag('gzip', gzip);
  return { address: addressOf(options), apiKey, source, service, tags: tagsOf(tags), gzip };
}

function addressOf({ site, url }: DatadogOptions): URL {
  if (url === undefined) {
    checkOneOf('site', site ?? 'datadoghq.com', DATADOG_SITES);
    return new URL(`https://http-intake.logs.${site ?? 'datadoghq.com'}/api/v2/logs`);
  }
  if (site !== undefined) {
    throw new OptionsInvalidError('url', 'is given beside "site"', 'Give one of the two.');
  }
  const address = httpAddress('url', url);
  if (address.pathname.endsWith('/api/v2/logs')) {
    throw new OptionsInvalidError('url', 'ends in /api/v2/logs, which is put behind it', 'Give it without.');
  }
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/api/v2/logs`;
  return address;
}

function tagsOf(tags: unknown): readonly string[] {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new OptionsInvalidError('tags', 'must be an object', 'Give values by name: { "team": "billing" }.');
  }
  return Object.entries(tags).map(([name, value]: [string, unknown]) => {
    if (!isTagName(name)) {
      throw new OptionsInvalidError(
        'tags',
        `has the bad name ${JSON.stringify(name)}`,
        'Begin with a letter; use lower-case letters, digits and _ - . /.',
      );
    }
    checkText(`tags.${name}`, value);
    return tagText(name, value as string);
  });
}
