import { isIP } from 'node:net';
import { OptionsInvalidError } from '../../event/audit.error.js';
import { checkOneOf, checkShape, checkText, checkWhole } from '../../event/option-checks.js';
import type { EventFormatter } from '../../formats/event-formatter.js';
import { syslogFormatter } from '../../formats/syslog/syslog.formatter.js';
import { tlsSettings, type TlsOptions, type TlsSettings } from '../tls.options.js';
import { SYSLOG_FRAMINGS, type SyslogFraming } from './syslog-frame.js';
import { SYSLOG_PRESETS, type SyslogPreset, type SyslogPresetName } from './syslog-preset.js';
import type { SyslogTransportName } from './syslog-transport.js';

/** Where to send syslog messages, and how. An option that its transport has no use for is refused. */
export interface SyslogOptions {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  /** @default 6514 for tls, 514 for udp and for tcp, where it is a custom: RFC 6587 has none */
  readonly port?: number;
  /** `udp` and `tcp` send audit events in clear text, to whoever answers. @default 'tls' */
  readonly transport?: SyslogTransportName;
  /** Not for udp. RFC 5425 wants octet counting over tls; `newline` is for receivers that cannot do it. @default 'octet-counting' */
  readonly framing?: SyslogFraming;
  /** For tls only. The certificate must name `host`, or `tls.serverName`. */
  readonly tls?: TlsOptions;
  /** Other defaults, and another format: what an older system sent; see {@link SYSLOG_PRESETS}. */
  readonly preset?: SyslogPresetName;
  /** How long connecting may take, the handshake of TLS included. Not for udp. @default 10000 */
  readonly connectTimeoutMs?: number;
  /** How long the receiver may take to accept a batch; over udp, how long the name may take. @default 30000 */
  readonly timeoutMs?: number;
  /** After so long without traffic the operating system asks whether the other end still lives. `false`: never. Not for udp. @default 30000 */
  readonly keepAliveMs?: number | false;
  /**
   * A batch counts as arrived when its connection has lived so long behind it; when it broke before, the batch is sent again
   * out of the log. `false`: as soon as the operating system has it; what is on its way when a connection breaks is lost
   * then. Not for udp. At least 100. @default 2000
   */
  readonly resendWindowMs?: number | false;
  /**
   * Bytes that one message may have; whatever is longer becomes a dead letter. The default format keeps to it; give another
   * format its own `maxBytes`.
   *
   * Over udp a datagram: 480 is what every receiver takes, 2048 what it should (RFC 5426 section 3.2), 1180 what no network
   * takes apart; 480 to 65507. Otherwise 480 to 524288.
   * @default 2048 for udp, otherwise 65536, the limit that syslog-ng comes with
   */
  readonly maxMessageBytes?: number;
}

/** {@link SyslogOptions}, checked and complete. */
export interface SyslogSettings {
  readonly host: string;
  readonly port: number;
  readonly transport: SyslogTransportName;
  readonly framing: SyslogFraming;
  /** Undefined: in clear text. */
  readonly tls: TlsSettings | undefined;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly keepAliveMs: number | false;
  readonly resendWindowMs: number | false;
  readonly maxMessageBytes: number;
  readonly format: EventFormatter;
}

const TRANSPORTS: readonly SyslogTransportName[] = ['udp', 'tcp', 'tls'];
const PORTS: Readonly<Record<SyslogTransportName, number>> = { udp: 514, tcp: 514, tls: 6514 };
const MESSAGE_BYTES: Readonly<Record<SyslogTransportName, number>> = { udp: 2048, tcp: 65_536, tls: 65_536 };
/** 65535 less the headers of IPv4 and UDP. */
const MOST_DATAGRAM_BYTES = 65_507;
const MOST_FRAME_BYTES = 524_288;
const LEAST_MESSAGE_BYTES = 480;
/** What rsyslog takes, and what a receiver of TLS should (RFC 5425 section 4.3.1). */
const FORMAT_BYTES = 8192;

const COMMON = ['host', 'port', 'transport', 'preset', 'timeoutMs', 'maxMessageBytes'];
const OF_CONNECTIONS = ['framing', 'connectTimeoutMs', 'keepAliveMs', 'resendWindowMs'];
const OF_TLS = ['tls'];

/** @throws OptionsInvalidError naming the option and the cure */
export function syslogSettings(given: SyslogOptions): SyslogSettings {
  checkShape('', given, [...COMMON, ...OF_CONNECTIONS, ...OF_TLS]);
  const preset = presetOf(given.preset);
  const { host, transport = preset?.transport ?? 'tls' } = given;
  checkHost(host);
  checkOneOf('transport', transport, TRANSPORTS);
  checkUse(given, transport);
  const { port = PORTS[transport], maxMessageBytes = preset?.maxMessageBytes ?? MESSAGE_BYTES[transport] } = given;
  const { timeoutMs = 30_000 } = given;
  const mostBytes = transport === 'udp' ? MOST_DATAGRAM_BYTES : MOST_FRAME_BYTES;
  checkWhole('port', port, 1, 65_535);
  checkWhole('timeoutMs', timeoutMs, 1, 600_000);
  checkWhole('maxMessageBytes', maxMessageBytes, LEAST_MESSAGE_BYTES, mostBytes);
  const formatBytes = Math.min(maxMessageBytes, FORMAT_BYTES);
  return {
    host,
    port,
    transport,
    ...connectionSettings(given, transport === 'tcp' ? preset?.framing : undefined),
    tls: transport === 'tls' ? tlsSettings(given.tls) : undefined,
    timeoutMs,
    maxMessageBytes,
    format: preset?.format(formatBytes) ?? syslogFormatter({ maxBytes: formatBytes }),
  };
}

function connectionSettings(
  given: SyslogOptions,
  usualFraming: SyslogFraming = 'octet-counting',
): Pick<SyslogSettings, 'framing' | 'connectTimeoutMs' | 'keepAliveMs' | 'resendWindowMs'> {
  const { framing = usualFraming, connectTimeoutMs = 10_000, keepAliveMs = 30_000, resendWindowMs = 2000 } = given;
  checkOneOf('framing', framing, SYSLOG_FRAMINGS);
  checkWhole('connectTimeoutMs', connectTimeoutMs, 1, 600_000);
  if (keepAliveMs !== false) checkWhole('keepAliveMs', keepAliveMs, 1000, 7_200_000);
  if (resendWindowMs !== false) checkWhole('resendWindowMs', resendWindowMs, 100, 60_000);
  return { framing, connectTimeoutMs, keepAliveMs, resendWindowMs };
}

/** The address for people: `tls://siem.example.com:6514`. */
export function shownEndpoint({ transport, host, port }: SyslogSettings): string {
  return `${transport}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function presetOf(name: SyslogPresetName | undefined): SyslogPreset | undefined {
  if (name === undefined) return undefined;
  checkOneOf('preset', name, Object.keys(SYSLOG_PRESETS));
  return SYSLOG_PRESETS[name];
}

/** The host is not repeated: somebody may have put a whole address with a password there. */
function checkHost(host: unknown): void {
  checkText('host', host);
  const text = String(host);
  if (isIP(text) === 0 && (text.length > 253 || /[\s/:@?#[\]\\]/.test(text))) {
    throw new OptionsInvalidError(
      'host',
      'is neither a name nor an address',
      'Give it alone: the port is "port", the protocol is "transport", and IPv6 stands without brackets.',
    );
  }
}

/** An option without effect would be a promise that nobody keeps, `tls` over tcp above all. */
function checkUse(given: SyslogOptions, transport: SyslogTransportName): void {
  const idle = transport === 'tls' ? [] : transport === 'tcp' ? OF_TLS : [...OF_TLS, ...OF_CONNECTIONS];
  const useless = idle.find((option) => given[option as keyof SyslogOptions] !== undefined);
  if (useless !== undefined) {
    const others = useless === 'tls' ? '"tls"' : '"tcp" or "tls"';
    throw new OptionsInvalidError(
      useless,
      `has no effect over ${transport}`,
      `Leave it out, or set "transport" to ${others}.`,
    );
  }
}
