/** Destinations of audit events: `import { httpExporter } from 'nestjs-audited/exporters'`. */
export { answerJson, answerText, statusText } from './http/answer-text.js';
export type { HttpAnswer, HttpRequest } from './http/http-connection.js';
export type { HttpConnectionOptions } from './http/http-connection.options.js';
export { httpExporter, probeVerdict, type HttpExporterDefinition, type SendHttp } from './http/http-exporter.js';
export { httpVerdict } from './http/http-verdict.js';
export type { SyslogFraming } from './syslog/syslog-frame.js';
export { SYSLOG_PRESETS, type SyslogPreset, type SyslogPresetName } from './syslog/syslog-preset.js';
export { syslog, type SyslogSurroundings } from './syslog/syslog.exporter.js';
export type { SyslogOptions } from './syslog/syslog.options.js';
export type { SyslogTransportName } from './syslog/syslog-transport.js';
export type { PemSource, TlsOptions } from './tls.options.js';
