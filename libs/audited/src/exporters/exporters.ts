import type { AuditExporter } from '../delivery/audit-exporter.js';
import { OptionsInvalidError } from '../event/audit.error.js';
import { datadog } from './datadog/datadog.exporter.js';
import { elasticsearch } from './elasticsearch/elasticsearch.exporter.js';
import { file } from './file/file.exporter.js';
import { otlpLogs } from './otlp/otlp.exporter.js';
import { sentinelDataCollector } from './sentinel/sentinel-data-collector.exporter.js';
import { sentinelLogsIngestion } from './sentinel/sentinel-logs-ingestion.exporter.js';
import { splunkHec } from './splunk/splunk-hec.exporter.js';
import { syslog } from './syslog/syslog.exporter.js';
import { webhook } from './webhook/webhook.exporter.js';

/** Makes an exporter; throws `OptionsInvalidError` for options that it cannot work with. */
export type ExporterFactory = (options: never) => AuditExporter;

/**
 * Every exporter: a folder, and a line here. Names of the configuration, the pages of the guide and the contract's tests all
 * come from this table.
 */
export const EXPORTERS = {
  datadog,
  elasticsearch,
  file,
  otlp: otlpLogs,
  sentinel: sentinelLogsIngestion,
  'sentinel-legacy': sentinelDataCollector,
  'splunk-hec': splunkHec,
  syslog,
  webhook,
} satisfies Record<string, ExporterFactory>;

export type ExporterType = keyof typeof EXPORTERS;

/** What an exporter may be told; see its own options. */
export type ExporterOptionsOf<Type extends ExporterType> = Parameters<(typeof EXPORTERS)[Type]>[0];

/** Every name, from A to Z. */
export const EXPORTER_TYPES = Object.keys(EXPORTERS).toSorted() as readonly ExporterType[];

/**
 * Makes an exporter by its name: for destinations that come from a configuration file.
 *
 * @throws OptionsInvalidError for a name that no exporter has, naming those that exist, and for options that it refuses
 *
 * @example
 * ```ts
 * const exporter = createExporter('splunk-hec', { url: 'https://splunk.example.com:8088', token });
 * ```
 */
export function createExporter<Type extends ExporterType>(type: Type, options: ExporterOptionsOf<Type>): AuditExporter {
  if (!Object.hasOwn(EXPORTERS, type)) {
    throw new OptionsInvalidError('type', `is ${JSON.stringify(type)}`, `Use one of: ${EXPORTER_TYPES.join(', ')}.`);
  }
  const factory: (options: ExporterOptionsOf<Type>) => AuditExporter = EXPORTERS[type] as never;
  return factory(options);
}
