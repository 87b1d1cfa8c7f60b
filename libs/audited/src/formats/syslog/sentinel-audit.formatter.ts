import type { EventFormatter } from '../event-formatter.js';
import { formatSettings, type FormatOptions } from '../format.options.js';
import { syslogBsdFormatter, type SyslogBsdHeaderOptions } from './syslog-bsd.formatter.js';
import type { PriorityOptions } from './syslog-priority.js';

/**
 * As of `syslog-bsd`, with other defaults: facility `local7`, severity `info` for every message, `maxBytes` 8192. TAG
 * and payload are what the preset is.
 */
export type SentinelAuditFormatOptions = FormatOptions &
  PriorityOptions &
  Pick<SyslogBsdHeaderOptions, 'hostname' | 'maxBytes'>;

const OWN_OPTION_NAMES = ['facility', 'severity', 'hostname', 'maxBytes'];

/**
 * What the audit logger that the scam-intelligence catalogue comes from (system B) sent to its SIEM: the flat entry
 * behind `SentinelAudit: `, facility local7, severity info. Whoever matched that TAG, or the JSON behind it, goes on
 * matching.
 *
 * It sent no header but the PRI, `<190>SentinelAudit: {...}`, so that receivers put their own time and the sender's
 * address in its place; here the header of RFC 3164 says when and where. It had no limit of length either, and a JSON text
 * of 1024 bytes would seldom be whole; 8192 is what rsyslog takes unless told otherwise.
 *
 * @throws OptionsInvalidError naming the option and the cure
 */
export function sentinelAuditFormatter(options: SentinelAuditFormatOptions = {}): EventFormatter {
  formatSettings(options, OWN_OPTION_NAMES);
  const { facility = 'local7', severity = 'info', maxBytes = 8192 } = options;
  return {
    ...syslogBsdFormatter({ ...options, facility, severity, maxBytes, tag: 'SentinelAudit', payload: 'flat' }),
    name: 'sentinel-audit',
  };
}
