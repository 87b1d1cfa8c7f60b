import type { LookupFunction } from 'node:net';
import type { AuditExporter, ExporterLimits } from '../../delivery/audit-exporter.js';
import type { Clock } from '../../event/clock.js';
import { cleanTextOf } from '../secret-words.js';
import { DatagramTransport } from './datagram-transport.js';
import { StreamTransport } from './stream-transport.js';
import { FRAME_BYTES } from './syslog-frame.js';
import { safeMessages } from './syslog-message.js';
import { shownEndpoint, syslogSettings, type SyslogOptions, type SyslogSettings } from './syslog.options.js';

/*
 * Limits, read 2026-11-30:
 * - RFC 5426 section 3.2: a receiver takes datagrams of 480 bytes over IPv4, 1180 over IPv6, and should take 2048.
 *   https://www.rfc-editor.org/rfc/rfc5426
 * - RFC 5425 section 4.3.1: a receiver takes messages of 2048 bytes, and should take 8192.
 *   https://www.rfc-editor.org/rfc/rfc5425
 * - rsyslog cuts at 8192 bytes (`maxMessageSize`); of a frame above 200000 it loses track (`maxFrameSize` of imtcp).
 *   https://docs.rsyslog.com/doc/rainerscript/global.html
 * - syslog-ng ends the connection at a frame above 65536 bytes (`log-msg-size`).
 *   https://syslog-ng.github.io/admin-guide/060_Sources/
 */

/** The only formats that are whole syslog messages; what they carry is up to their own options. */
const FORMATS = ['syslog', 'syslog-bsd', 'sentinel-audit'];
/** Small bursts: what overflows the receiver's buffer is gone, and nobody learns of it. */
const UDP_EVENTS = 100;
const CONFIRM_EVERY_MS = 500;
const CONFIRM_PATIENCE_MS = 60_000;

/** What tests put in the place of the world. */
export interface SyslogSurroundings {
  /** Measures the resend window. @default one that never jumps */
  readonly clock?: Clock;
  /** Resolves names instead of the system's own way. */
  readonly lookup?: LookupFunction;
}

/**
 * Sends to a receiver of syslog over UDP, TCP or TLS. It transports; the message, header included, is the format's.
 *
 * Nobody acknowledges syslog, so its assurance is `sent`. Over TCP and TLS a batch counts as arrived when its connection has
 * outlived it by `resendWindowMs`; what a broken connection may have swallowed is sent again out of the log.
 *
 * @throws OptionsInvalidError naming the option and the cure
 *
 * @example
 * ```ts
 * const siem = syslog({ host: 'siem.example.com', tls: { ca: { file: '/etc/ssl/siem-ca.pem' } } });
 * ```
 */
export function syslog(options: SyslogOptions, surroundings: SyslogSurroundings = {}): AuditExporter {
  const settings = syslogSettings(options);
  const { transport: name, maxMessageBytes, format, tls } = settings;
  const clean = cleanTextOf([tls?.passphrase]);
  const { clock = { now: () => performance.now() }, lookup } = surroundings;
  const transport =
    name === 'udp'
      ? new DatagramTransport({ ...settings, lookup }, clean)
      : new StreamTransport({ ...settings, lookup }, clean, clock);
  return {
    type: 'syslog',
    endpoint: shownEndpoint(settings),
    limits: limitsOfTransport(settings),
    format,
    formats: FORMATS,
    assurance: 'sent',
    deliver: async (batch, signal) => {
      const messages = safeMessages(batch, maxMessageBytes);
      return 'refusal' in messages ? messages.refusal : transport.deliver(messages.texts, signal);
    },
    probe: (signal) => transport.probe(signal),
    close: () => transport.close(),
    ...(transport instanceof StreamTransport ? confirmationOfStream(transport, settings) : {}),
  };
}

function limitsOfTransport({ transport, framing, maxMessageBytes }: SyslogSettings): Partial<ExporterLimits> {
  const isDatagram = transport === 'udp';
  return {
    ...(isDatagram ? { maxEvents: UDP_EVENTS } : {}),
    maxEventBytes: maxMessageBytes,
    separatorBytes: isDatagram ? 0 : FRAME_BYTES[framing],
    frameBytes: 0,
  };
}

function confirmationOfStream(
  transport: StreamTransport,
  { resendWindowMs }: SyslogSettings,
): Pick<AuditExporter, 'confirm' | 'confirmation'> {
  if (resendWindowMs === false) return {};
  return {
    confirm: (handles) => transport.confirm(handles),
    confirmation: {
      everyMs: Math.min(CONFIRM_EVERY_MS, resendWindowMs),
      timeoutMs: resendWindowMs + CONFIRM_PATIENCE_MS,
    },
  };
}
