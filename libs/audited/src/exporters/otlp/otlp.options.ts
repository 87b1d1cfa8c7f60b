import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkFlag, checkShape } from '../../event/option-checks.js';
import type { EventFormatter } from '../../formats/event-formatter.js';
import { otlpBatch, type OtlpBatch } from '../../formats/otlp/otlp-batch.js';
import { otlpFormatter, type OtlpFormatOptions } from '../../formats/otlp/otlp.formatter.js';
import { HTTP_CONNECTION_NAMES, httpAddress, type HttpConnectionOptions } from '../http/http-connection.options.js';

/** A receiver of OTLP over HTTP: the OpenTelemetry Collector, or a backend that takes OTLP itself. Either address is needed. */
export interface OtlpLogsOptions extends HttpConnectionOptions {
  /** Base address, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it; `/v1/logs` is put behind it: `http://collector:4318`. */
  readonly url?: string;
  /** The whole address, as `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` has it, where a backend uses another path. */
  readonly logsUrl?: string;
  /** What the receiver wants to see besides, such as an API key. Values are secrets. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Options of the format `otlp`: the application's catalogues, labels, and the product. */
  readonly format?: OtlpFormatOptions;
  /** Whether requests are compressed. @default true */
  readonly gzip?: boolean;
}

/** {@link OtlpLogsOptions}, checked and complete. */
export interface OtlpLogsSettings {
  readonly address: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly formatter: EventFormatter;
  readonly bodyOf: OtlpBatch;
  readonly gzip: boolean;
}

const NAMES = ['url', 'logsUrl', 'headers', 'format', 'gzip', ...HTTP_CONNECTION_NAMES];

/** What the exporter or the connection itself has to say. */
const OWN_HEADERS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'upgrade',
]);

/** Words of a value such as `Bearer`, which tell nothing, are shorter. */
const LEAST_SECRET = 8;

/** @throws OptionsInvalidError naming the option and the cure; never with the value of a header */
export function otlpLogsSettings(options: OtlpLogsOptions): OtlpLogsSettings {
  checkShape('', options, NAMES);
  const { headers = {}, format = {}, gzip = true } = options;
  checkFlag('gzip', gzip);
  checkHeaders(headers);
  const address = addressOf(options);
  const values = Object.values(headers);
  const words = values.flatMap((value) => value.split(' ')).filter(({ length }) => length >= LEAST_SECRET);
  return {
    address,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    secrets: [...values, ...words, ...address.searchParams.values()],
    ...formatOf(format),
    gzip,
  };
}

/** One line, and many records in one request; both the same mapping. */
function formatOf(format: OtlpFormatOptions): Pick<OtlpLogsSettings, 'formatter' | 'bodyOf'> {
  try {
    return { formatter: otlpFormatter(format), bodyOf: otlpBatch(format) };
  } catch (error) {
    throw error instanceof OptionsInvalidError ? error.within('format') : error;
  }
}

function addressOf({ url, logsUrl }: OtlpLogsOptions): URL {
  if ((url === undefined) === (logsUrl === undefined)) {
    throw new OptionsInvalidError(
      'url',
      url === undefined ? 'is missing' : 'is given beside "logsUrl"',
      'Give "url", the address without /v1/logs, or "logsUrl", the whole address.',
    );
  }
  if (logsUrl !== undefined) {
    // Some backends want their key there.
    return httpAddress('logsUrl', logsUrl, { query: true });
  }
  const address = httpAddress('url', url);
  if (address.pathname.endsWith('/v1/logs')) {
    throw new OptionsInvalidError('url', 'ends in /v1/logs, which is put behind it', 'Call the option "logsUrl".');
  }
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/v1/logs`;
  return address;
}

function checkHeaders(headers: unknown): asserts headers is Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new OptionsInvalidError('headers', 'must be an object', 'Give values by name: { "api-key": "..." }.');
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new OptionsInvalidError('headers', 'has a name that no header can have', 'Use letters, digits and "-".');
    }
    const option = `headers.${name}`;
    if (OWN_HEADERS.has(name.toLowerCase())) {
      throw new OptionsInvalidError(option, 'is set by the exporter itself', 'Leave it out.');
    }
    if (typeof value !== 'string' || !/^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
      throw new OptionsInvalidError(
        option,
        'is no text that a header can hold',
        'Give visible ASCII without a line end or a blank around it, and check that it is set where it comes from.',
      );
    }
  }
}
