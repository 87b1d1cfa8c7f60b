/**
 * OpenTelemetry logs over OTLP/HTTP, in its JSON encoding. Read on 2026-11-30:
 *
 * - `POST /v1/logs`, `Content-Type: application/json`, gzip allowed. The Collector takes 20 MiB in one request
 *   (`max_request_body_size`), backends take less: some 1 MB after compression.
 * - 200 may carry `partialSuccess`: so many records were rejected, and must not be sent again.
 * - Only 429, 502, 503 and 504 may be retried, with `Retry-After` where it is given.
 * - Nothing of the protocol recognises a record that comes twice: `log.record.uid` is there for backends and people.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 * @see https://github.com/open-telemetry/opentelemetry-collector/blob/main/config/confighttp/README.md
 */
import type { AuditExporter, ExporterLimits } from '../../delivery/audit-exporter.js';
import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { PACKAGE_VERSION } from '../../event/package-version.js';
import { httpExporter } from '../http/http-exporter.js';
import { otlpVerdict } from './otlp-verdict.js';
import { otlpLogsSettings, type OtlpLogsOptions } from './otlp.options.js';

/**
 * A text is a whole request with one record, so that it is longer than the record's share of a request with many, even with
 * the comma before it: nothing is to be added.
 */
const LIMITS: ExporterLimits = {
  maxEvents: 1000,
  maxBytes: 4_000_000,
  maxEventBytes: 4_000_000,
  separatorBytes: 0,
  frameBytes: 0,
};

const OTHER_FORMAT: DeliveryVerdict = {
  status: 'hold',
  reason: 'the destination has a format "otlp" with options of its own, which are not those of the exporter',
  cure: 'Leave the format of the destination out, and give its options to the exporter: otlpLogs({ format: { ... } }).',
};

/**
 * Sends records to the OpenTelemetry Collector, or to a backend that takes OTLP, as log records of the format `otlp`. Records
 * of one origin share one resource.
 *
 * @throws OptionsInvalidError for an address or headers that cannot be, and for options that the format refuses
 *
 * @example
 * ```ts
 * const exporter = otlpLogs({ url: 'http://collector.example.com:4318' });
 * ```
 */
export function otlpLogs(options: OtlpLogsOptions): AuditExporter {
  const { address, headers, secrets, formatter, bodyOf, gzip } = otlpLogsSettings(options);
  const asked = {
    accept: 'application/json',
    'user-agent': `nestjs-audited/${PACKAGE_VERSION}`,
    ...headers,
    'content-type': 'application/json',
  };
  return httpExporter({
    type: 'otlp',
    address,
    connection: options,
    secrets,
    limits: LIMITS,
    format: formatter,
    formats: [formatter.name],
    request: ({ events }) => {
      const [first] = events;
      // The body is made from the records: another mapping would be lost without a word.
      return first !== undefined && first.text !== formatter.format(first.record)
        ? OTHER_FORMAT
        : { url: address, headers: asked, body: bodyOf(events.map(({ record }) => record)), gzip };
    },
    interpret: (answer, { events }) => otlpVerdict(answer, events.length),
    probe: {
      request: () => ({ url: address, headers: asked, body: bodyOf([]), gzip }),
      interpret: (answer) => {
        const verdict = otlpVerdict(answer, 0);
        // Whoever dislikes a request without records is there all the same, and knows who asks.
        return verdict.status === 'retry' || verdict.status === 'hold' ? verdict : { status: 'ok' };
      },
    },
  });
}
