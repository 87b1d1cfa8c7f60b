/**
 * Datadog, by the log intake of its API version 2. Read on 2026-11-30:
 *
 * - An array of at most 1000 logs, at most 5 MB before compression; more is answered with 413.
 * - A log of more than 1 MB is cut without a word, and the answer is 202 all the same.
 * - A time more than 18 hours ago, or two hours ahead, is not taken; the answer is 202 all the same.
 * - 202 means taken for processing, not indexed: exclusion filters and daily quotas of an index come later.
 * - A log should have at most 256 attributes: more may not be indexed.
 *
 * @see https://docs.datadoghq.com/api/latest/logs/#send-logs
 * @see https://docs.datadoghq.com/logs/log_collection/#attributes-and-tags
 */
import type { AuditExporter, ExporterLimits } from '../../delivery/audit-exporter.js';
import { recordFormatter } from '../../formats/json/record.formatter.js';
import { httpExporter } from '../http/http-exporter.js';
import { datadogLog, dated, TIME_BYTES } from './datadog-log.js';
import { datadogVerdict } from './datadog-verdict.js';
import { datadogSettings, type DatadogOptions } from './datadog.options.js';
import { submissionTime } from './submission-time.js';

const LARGEST_LOG_BYTES = 1_000_000;

/** A comma and its time come to each log, brackets around them all. */
const LIMITS: ExporterLimits = {
  maxEvents: 1000,
  maxBytes: 4_250_000,
  maxEventBytes: LARGEST_LOG_BYTES - TIME_BYTES,
  separatorBytes: 1 + TIME_BYTES,
  frameBytes: 2,
};

/** Formats whose text is one JSON object. */
const FORMATS = ['asim', 'ecs', 'flat', 'json', 'jsonl', 'ocsf', 'record'];

/**
 * Sends records to Datadog as logs, each with Datadog's own attributes and, below `audited`, the whole record; in the format
 * `record` unless the destination names another.
 *
 * @throws OptionsInvalidError for a key, a site or tags that cannot be
 *
 * @example
 * ```ts
 * const exporter = datadog({ site: 'datadoghq.eu', apiKey: process.env['DD_API_KEY'] ?? '' });
 * ```
 */
export function datadog(options: DatadogOptions): AuditExporter {
  const settings = datadogSettings(options);
  const { address, apiKey, gzip } = settings;
  const headers = { accept: 'application/json', 'content-type': 'application/json', 'dd-api-key': apiKey };
  return httpExporter({
    type: 'datadog',
    address,
    connection: options,
    secrets: [apiKey],
    limits: LIMITS,
    format: recordFormatter(),
    formats: FORMATS,
    encode: (record, formatter) => datadogLog(record, formatter.format(record), settings),
    request: ({ events }) => {
      const now = Date.now();
      const logs = events.map(({ record, text }) => dated(text, submissionTime(record.event.occurredAt, now)));
      return { url: address, headers, body: `[${logs.join(',')}]`, gzip };
    },
    interpret: datadogVerdict,
    probe: {
      // No log at all: what it would tell of the content does not matter.
      request: () => ({ url: address, headers, body: '[]' }),
      interpret: (answer) => {
        const verdict = datadogVerdict(answer);
        return verdict.status === 'retry' || verdict.status === 'hold' ? verdict : { status: 'ok' };
      },
    },
  });
}
