import type { EventFormatter } from '../../formats/event-formatter.js';
import { sentinelAuditFormatter } from '../../formats/syslog/sentinel-audit.formatter.js';
import { syslogBsdFormatter } from '../../formats/syslog/syslog-bsd.formatter.js';
import type { SyslogFraming } from './syslog-frame.js';
import type { SyslogTransportName } from './syslog-transport.js';

/** Defaults that a receiver of an older system understands without being changed. */
export interface SyslogPreset {
  readonly transport: SyslogTransportName;
  /** Over TCP. Over TLS it is octet counting all the same, unless the options say otherwise. */
  readonly framing: SyslogFraming;
  readonly maxMessageBytes: number;
  /** @param maxBytes of a whole message */
  readonly format: (maxBytes: number) => EventFormatter;
}

/** Bytes that rsyslog takes unless told otherwise; the older systems had no limit of their own. */
const MAX_BYTES = 8192;

/**
 * What the two older systems sent to their SIEM; each is named after the program that receivers saw.
 *
 * - `dvo-agent` (system A, the deployment agent): CEF behind a BSD header, facility `user`, UDP; LF behind each message
 *   where it is TCP. Its TAG was `dvo-agent`, which RFC 3164 does not allow: here it is `dvoagent`, behind a HOSTNAME.
 * - `sentinel-audit` (system B, the scam intelligence platform): `SentinelAudit: ` and a flat JSON object, facility
 *   `local7`, severity `info`, UDP.
 */
export const SYSLOG_PRESETS = Object.freeze({
  'dvo-agent': {
    transport: 'udp',
    framing: 'newline',
    maxMessageBytes: MAX_BYTES,
    format: (maxBytes) =>
      syslogBsdFormatter({
        facility: 'user',
        tag: 'dvoagent',
        product: { vendor: 'KesselDigital', name: 'DVOAgent', version: '1.0' },
        maxBytes,
      }),
  },
  'sentinel-audit': {
    transport: 'udp',
    framing: 'newline',
    maxMessageBytes: MAX_BYTES,
    format: (maxBytes) => sentinelAuditFormatter({ maxBytes }),
  },
} satisfies Record<string, SyslogPreset>);

export type SyslogPresetName = keyof typeof SYSLOG_PRESETS;
