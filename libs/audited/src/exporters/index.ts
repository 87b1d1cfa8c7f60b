/** Destinations of audit events: `import { httpExporter } from 'nestjs-audited/exporters'`. */
export { datadog } from './datadog/datadog.exporter.js';
export type { DatadogOptions, DatadogSite } from './datadog/datadog.options.js';
export { elasticsearch } from './elasticsearch/elasticsearch.exporter.js';
export type { ElasticsearchOptions } from './elasticsearch/elasticsearch.options.js';
export type { AccessToken, AccessTokenCredential } from './entra/access-token.js';
export { createExporter, EXPORTER_TYPES, type ExporterOptionsOf, type ExporterType } from './exporters.js';
export type {
  AuditExporter,
  ConfirmationTimes,
  DeliverableEvent,
  DeliveryBatch,
  ExporterFunction,
  ExporterLimits,
} from '../delivery/audit-exporter.js';
export type { Confirmation, DeliveryVerdict, ProbeVerdict, RefusedEvent } from '../delivery/delivery-verdict.js';
export { file } from './file/file.exporter.js';
export type { FileOptions } from './file/file.options.js';
export { answerJson, answerText, statusText } from './http/answer-text.js';
export type { HttpAnswer, HttpRequest } from './http/http-connection.js';
export type { HttpConnectionOptions } from './http/http-connection.options.js';
export { httpExporter, probeVerdict, type HttpExporterDefinition, type SendHttp } from './http/http-exporter.js';
export { httpVerdict } from './http/http-verdict.js';
export { otlpLogs } from './otlp/otlp.exporter.js';
export type { OtlpLogsOptions } from './otlp/otlp.options.js';
export type { AzureCloud } from './sentinel/azure-cloud.js';
export type { SentinelRow } from './sentinel/own-row.js';
export { sentinelDataCollector } from './sentinel/sentinel-data-collector.exporter.js';
export type { SentinelDataCollectorOptions } from './sentinel/sentinel-data-collector.options.js';
export { sentinelLogsIngestion } from './sentinel/sentinel-logs-ingestion.exporter.js';
export type {
  SentinelApplication,
  SentinelLogsIngestionOptions,
  SentinelOwnCredential,
  SentinelStreamOptions,
} from './sentinel/sentinel-logs-ingestion.options.js';
export { splunkHec } from './splunk/splunk-hec.exporter.js';
export type { HecAcknowledgement, HecIndexOf, SplunkHecOptions } from './splunk/splunk-hec.options.js';
export { networkVerdict } from './network-verdict.js';
export type { SyslogFraming } from './syslog/syslog-frame.js';
export { SYSLOG_PRESETS, type SyslogPreset, type SyslogPresetName } from './syslog/syslog-preset.js';
export { syslog, type SyslogSurroundings } from './syslog/syslog.exporter.js';
export type { SyslogOptions } from './syslog/syslog.options.js';
export type { SyslogTransportName } from './syslog/syslog-transport.js';
export type { PemSource, TlsOptions } from './tls.options.js';
export type { PrivateNetworks } from './webhook/address-guard.js';
export { webhook } from './webhook/webhook.exporter.js';
export type { WebhookOptions } from './webhook/webhook.options.js';
