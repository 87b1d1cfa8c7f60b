/**
 * What separates messages on a connection (RFC 6587 section 3.4).
 *
 * - `octet-counting`: the length in bytes before each message; RFC 5425 knows nothing else for TLS.
 * - `newline`: LF behind each message ("non-transparent framing").
 */
export type SyslogFraming = 'octet-counting' | 'newline';

export const SYSLOG_FRAMINGS: readonly SyslogFraming[] = ['octet-counting', 'newline'];

/** What a frame costs besides its message, at most: seven digits and a space, or LF. */
export const FRAME_BYTES: Readonly<Record<SyslogFraming, number>> = { 'octet-counting': 8, newline: 1 };

/** Messages as the bytes of a connection. They must hold nothing that ends a message. */
export function framesOf(messages: readonly string[], framing: SyslogFraming): Buffer {
  const frameOf =
    framing === 'newline'
      ? (message: string) => `${message}\n`
      : (message: string) => `${Buffer.byteLength(message)} ${message}`;
  return Buffer.from(messages.map(frameOf).join(''));
}
