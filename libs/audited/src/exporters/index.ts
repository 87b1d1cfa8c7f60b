/** Destinations of audit events: `import { httpExporter } from 'nestjs-audited/exporters'`. */
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
export { networkVerdict } from './network-verdict.js';
export type { PemSource, TlsOptions } from './tls.options.js';
export type { PrivateNetworks } from './webhook/address-guard.js';
export { webhook } from './webhook/webhook.exporter.js';
export type { WebhookOptions } from './webhook/webhook.options.js';
