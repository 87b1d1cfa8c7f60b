import type { AuditExporter } from '../delivery/audit-exporter.js';
import { syslog } from './syslog/syslog.exporter.js';

/** Makes an exporter; throws `OptionsInvalidError` for options that it cannot work with. */
export type ExporterFactory = (options: never) => AuditExporter;

/**
 * Every exporter: a folder, and a line here. Names of the configuration, the pages of the guide and the contract's tests all
 * come from this table.
 */
export const EXPORTERS = {
  syslog,
} satisfies Record<string, ExporterFactory>;
