/** Destinations of audit events: `import { httpExporter } from 'nestjs-audited/exporters'`. */
export { answerJson, answerText, statusText } from './http/answer-text.js';
export type { HttpAnswer, HttpRequest } from './http/http-connection.js';
export type { HttpConnectionOptions } from './http/http-connection.options.js';
export { httpExporter, probeVerdict, type HttpExporterDefinition, type SendHttp } from './http/http-exporter.js';
export { httpVerdict } from './http/http-verdict.js';
export { splunkHec } from './splunk/splunk-hec.exporter.js';
export type { HecAcknowledgement, HecIndexOf, SplunkHecOptions } from './splunk/splunk-hec.options.js';
export type { PemSource, TlsOptions } from './tls.options.js';
