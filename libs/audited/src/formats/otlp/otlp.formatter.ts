import { LINES, type EventFormatter } from '../event-formatter.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { OtlpLogs } from './otlp-logs.js';

/** The product is the instrumentation scope: `name` and `version`; a scope has no vendor. */
export type OtlpFormatOptions = FormatOptions;

/**
 * OpenTelemetry log records in OTLP/JSON. One line is a whole `LogsData` with one log record, as the OTLP File Exporter
 * writes it; the same text is the body of a `POST /v1/logs`. To send many records in one body, see `otlpBatch`.
 *
 * The type is `eventName`, which makes the log record an event, and the sentence of the action is the body; everything
 * else is an attribute: by the semantic conventions where they have a name for it, and under `audited.` where they have
 * not. The tables are in `otlp-attributes.ts`. Trace flags are not known, so there are none.
 *
 * @throws OptionsInvalidError for options that {@link formatSettings} refuses
 */
export function otlpFormatter(options: OtlpFormatOptions = {}): EventFormatter {
  const logs = new OtlpLogs(formatSettings(options));
  return {
    name: 'otlp',
    contentType: 'application/x-ndjson',
    fileExtension: 'jsonl',
    specification: {
      title: 'OpenTelemetry Protocol 1.5 and later, JSON Protobuf encoding of logs',
      url: 'https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding',
    },
    document: LINES,
    format: (record) => logs.request([[logs.resource(record), [logs.logRecord(record)]]]),
  };
}
