import type { AuditExporter } from '../delivery/audit-exporter.js';
import { datadog } from './datadog/datadog.exporter.js';
import { elasticsearch } from './elasticsearch/elasticsearch.exporter.js';
import { otlpLogs } from './otlp/otlp.exporter.js';
import { sentinelDataCollector } from './sentinel/sentinel-data-collector.exporter.js';
import { sentinelLogsIngestion } from './sentinel/sentinel-logs-ingestion.exporter.js';

/** Makes an exporter; throws `OptionsInvalidError` for options that it cannot work with. */
export type ExporterFactory = (options: never) => AuditExporter;

/**
 * Every exporter: a folder, and a line here. Names of the configuration, the pages of the guide and the contract's tests all
 * come from this table.
 */
export const EXPORTERS = {
  datadog,
  elasticsearch,
  otlp: otlpLogs,
  sentinel: sentinelLogsIngestion,
  'sentinel-legacy': sentinelDataCollector,
} satisfies Record<string, ExporterFactory>;
