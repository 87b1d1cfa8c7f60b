import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkShape, checkText } from '../../event/option-checks.js';
import { checkCredential, checkSecret } from '../credential-option.js';
import { HTTP_CONNECTION_NAMES, httpAddress, type HttpConnectionOptions } from '../http/http-connection.options.js';

/** Where the documents go, and who sends them. `apiKey`, or `username` with `password`, or neither. */
export interface ElasticsearchOptions extends HttpConnectionOptions {
  /** Address of Elasticsearch or OpenSearch, without the target: `https://siem.example.com:9200`. */
  readonly url: string;
  /** Of Elasticsearch: an API key as it is shown once, "encoded". */
  readonly apiKey?: string;
  readonly username?: string;
  readonly password?: string;
  /**
   * Data stream, index or alias that documents are created in; the scheme for names of data streams is
   * `logs-<dataset>-<namespace>`.
   * @default 'logs-audited.trail-default'
   */
  readonly target?: string;
  /**
   * Whether `target` is a data stream. Every document needs `@timestamp` there, so only formats that have it are allowed.
   * @default true
   */
  readonly dataStream?: boolean;
  /** Ingest pipeline that documents go through. @default what the target's own settings say */
  readonly pipeline?: string;
  /** Whether requests are compressed. @default true */
  readonly gzip?: boolean;
}

/** {@link ElasticsearchOptions}, checked and complete. */
export interface ElasticsearchSettings {
  /** Of `_bulk`, without a query. */
  readonly address: URL;
  readonly pipeline: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly (string | undefined)[];
  readonly formats: readonly string[];
  readonly gzip: boolean;
}

export const DEFAULT_TARGET = 'logs-audited.trail-default';

/** Formats whose text is one JSON object with `@timestamp`: what a data stream takes. */
const STREAM_FORMATS = ['ecs', 'json', 'jsonl'];
/** Formats whose text is one JSON object. */
const INDEX_FORMATS = [...STREAM_FORMATS, 'asim', 'flat', 'ocsf', 'record'];

const NAMES = [
  'url',
  'apiKey',
  'username',
  'password',
  'target',
  'dataStream',
  'pipeline',
  'gzip',
  ...HTTP_CONNECTION_NAMES,
];

/** @throws OptionsInvalidError naming the option and the cure; never with a key or a password */
export function elasticsearchSettings(options: ElasticsearchOptions): ElasticsearchSettings {
  checkShape('', options, NAMES);
  const { url, target = DEFAULT_TARGET, dataStream = true, pipeline, gzip = true } = options;
  const base = httpAddress('url', url);
  checkTarget(target);
  checkFlag('dataStream', dataStream);
  checkFlag('gzip', gzip);
  if (pipeline !== undefined) checkText('pipeline', pipeline);
  const address = new URL(base);
  address.pathname = `${base.pathname.replace(/\/+$/, '')}/${encodeURIComponent(target)}/_bulk`;
  return {
    address,
    pipeline,
    gzip,
    formats: dataStream ? STREAM_FORMATS : INDEX_FORMATS,
    ...authorizationOf(options),
  };
}

function authorizationOf({
  apiKey,
  username,
  password,
}: ElasticsearchOptions): Pick<ElasticsearchSettings, 'headers' | 'secrets'> {
  if (apiKey !== undefined) {
    checkCredential('apiKey', apiKey);
    if (username !== undefined || password !== undefined) {
      throw new OptionsInvalidError(
        'apiKey',
        'is given beside "username" or "password"',
        'Give one of the two ways to log in.',
      );
    }
    return { headers: { authorization: `ApiKey ${apiKey}` }, secrets: [apiKey] };
  }
  if (username === undefined && password === undefined) {
    return { headers: {}, secrets: [] };
  }
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? 'username' : 'password';
    throw new OptionsInvalidError(missing, 'is missing', 'Give "username" and "password" together.');
  }
  checkText('username', username);
  if (username.includes(':')) {
    throw new OptionsInvalidError('username', 'holds a colon', 'Use another name: Basic authentication cannot say it.');
  }
  checkSecret('password', password);
  const login = `${username}:${password}`;
  return {
    headers: { authorization: `Basic ${Buffer.from(login, 'utf8').toString('base64')}` },
    secrets: [password, login],
  };
}

/** What Elasticsearch lets an index be called; a date calculation in angle brackets is none of it. */
function checkTarget(target: unknown): void {
  checkText('target', target);
  const name = target as string;
  const isAllowed =
    name === name.toLowerCase() &&
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not stand in a path
    !/[\\/*?"<>| ,#:\u0000-\u001f\u007f]|^[-_+]|^\.{1,2}$/.test(name) &&
    Buffer.byteLength(name) <= 255;
  if (!isAllowed) {
    throw new OptionsInvalidError(
      'target',
      'is no name of a data stream, an index or an alias',
      'Use lower case without blanks and \\ / * ? " < > | , # :, at most 255 bytes, and no - _ + at the beginning.',
    );
  }
}
