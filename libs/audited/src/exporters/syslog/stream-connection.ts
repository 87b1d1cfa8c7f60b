import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import type { TlsSettings } from '../tls.options.js';
import { withinTime } from '../within-time.js';
import { brokenOff, isTimeout, SyslogTroubleError } from './syslog-verdict.js';

/** So much is given to the socket at once: a receiver that stops reading is noticed by the piece. */
const PIECE_BYTES = 65_536;

/** Where a connection goes, and how it is made. */
export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  /** Undefined: in clear text. */
  readonly tls: TlsSettings | undefined;
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number | false;
  readonly lookup?: LookupFunction | undefined;
}

/** Told once when a connection ends that nobody here has closed. */
export type BreakListener = (connection: StreamConnection, error: Error) => void;

/** One connection to a receiver, TCP or TLS. It only ever carries whole frames: after a write that failed it is over. */
export class StreamConnection {
  private brokenBy: Error | undefined;
  private isClosing = false;

  private constructor(
    private readonly socket: Socket,
    private readonly isPlain: boolean,
    private readonly onBreak: BreakListener,
  ) {
    socket.on('error', (error) => this.breakBy(error));
    // Half closed is closed: a receiver that says nothing more could not even end the connection properly.
    socket.on('end', () => this.breakBy(brokenOff('the receiver ended the connection')));
    socket.on('close', () => this.breakBy(brokenOff('the connection was closed')));
    // Receivers of syslog do not speak. What one says all the same is read, so that it never has to wait, and forgotten.
    socket.on('data', (bytes: Buffer) => this.hear(bytes));
  }

  /** Connects; over TLS the receiver has proved who it is when this resolves. */
  static async open(
    settings: ConnectionSettings,
    signal: AbortSignal,
    onBreak: BreakListener,
  ): Promise<StreamConnection> {
    const socket = socketTo(settings);
    const connection = new StreamConnection(socket, settings.tls === undefined, onBreak);
    let isReached = false;
    socket.once('connect', () => (isReached = true));
    try {
      await withinTime(settings.connectTimeoutMs, signal, (limited) =>
        once(socket, connection.isPlain ? 'connect' : 'secureConnect', { signal: limited }),
      );
      if (connection.brokenBy !== undefined) throw connection.brokenBy;
    } catch (error) {
      socket.destroy();
      throw isReached && !connection.isPlain
        ? handshakeError(error, settings.connectTimeoutMs)
        : connectError(error, settings.connectTimeoutMs);
    }
    socket.setNoDelay(true);
    if (settings.keepAliveMs !== false) socket.setKeepAlive(true, settings.keepAliveMs);
    return connection;
  }

  get isAlive(): boolean {
    return this.brokenBy === undefined && !this.isClosing && this.socket.writable;
  }

  /** Bytes that the operating system has not taken yet. */
  get waitingBytes(): number {
    return this.socket.writableLength;
  }

  /**
   * Resolves when the operating system has taken everything. Otherwise the connection is over, because a frame may have
   * left in part.
   *
   * @param signal gives up when it is aborted
   */
  async write(frames: Buffer, timeoutMs: number, signal: AbortSignal): Promise<void> {
    try {
      await withinTime(timeoutMs, signal, async (limited) => {
        const giveUp = (): void => this.breakBy(limited.reason as Error);
        limited.addEventListener('abort', giveUp);
        if (limited.aborted) giveUp();
        for (let start = 0; start < frames.length; start += PIECE_BYTES) {
          await this.writePiece(frames.subarray(start, start + PIECE_BYTES));
        }
      });
      // Seen after the last piece was taken: what broke it is told all the same.
      if (this.brokenBy !== undefined) throw this.brokenBy;
    } catch (error) {
      throw isTimeout(error) ? stoppedReading(timeoutMs) : error;
    }
  }

  /**
   * Ends the connection as the protocols want it: FIN, and before it `close_notify`; then the same from the receiver.
   *
   * @returns true when the receiver ended it, too: it has read all that was written
   */
  async close(patienceMs: number): Promise<boolean> {
    if (!this.isAlive) return false;
    this.isClosing = true;
    const { socket } = this;
    const isClean = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), patienceMs);
      socket.once('end', () => resolve(socket.writableFinished));
      socket.once('error', () => resolve(false));
      socket.once('close', () => {
        clearTimeout(timer);
        resolve(false);
      });
      socket.end();
    });
    socket.destroy();
    return isClean;
  }

  /** At once, in the middle of whatever it does. */
  destroy(error: Error): void {
    this.breakBy(error);
  }

  private writePiece(piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(piece, (error) => (error == null ? resolve() : reject(this.brokenBy ?? error)));
    });
  }

  private hear(bytes: Buffer): void {
    // Record type 21 (alert), major version 3: RFC 8446 section 5.1. So a receiver of TLS answers to clear text.
    if (this.isPlain && bytes[0] === 21 && bytes[1] === 3) {
      this.breakBy(
        new SyslogTroubleError('hold', 'the receiver answered with an alert of TLS', 'Set "transport" to "tls".'),
      );
    }
  }

  private breakBy(error: Error): void {
    if (this.brokenBy !== undefined || this.isClosing) return;
    this.brokenBy = error;
    this.socket.destroy();
    this.onBreak(this, error);
  }
}

function socketTo({ host, port, tls, lookup }: ConnectionSettings): Socket {
  const address = { host, port, ...(lookup === undefined ? {} : { lookup }) };
  if (tls === undefined) return connect(address);
  const { servername: expected = host, ...settings } = tls;
  return connectTls({
    ...address,
    ...settings,
    // RFC 6066 section 3: no address in the server name indication. The certificate must carry the address all the same.
    ...(isIP(expected) === 0 ? { servername: expected } : {}),
    checkServerIdentity: (_name, certificate) => checkServerIdentity(expected, certificate),
  });
}

/** The port is open, and TLS did not come about. */
function handshakeError(error: unknown, limitMs: number): unknown {
  const cure = 'Check that the port speaks TLS; if the receiver wants a client certificate, give it in "tls".';
  if (isTimeout(error)) return new SyslogTroubleError('retry', `no answer to the TLS handshake in ${limitMs} ms`, cure);
  const { code } = error as { readonly code?: unknown };
  return code === 'ECONNRESET' || code === 'EPIPE'
    ? new SyslogTroubleError('retry', 'the receiver broke the TLS handshake off', cure)
    : error;
}

function connectError(error: unknown, limitMs: number): unknown {
  return isTimeout(error) ? Object.assign(new Error(`no connection in ${limitMs} ms`), { code: 'ETIMEDOUT' }) : error;
}

function stoppedReading(limitMs: number): SyslogTroubleError {
  return new SyslogTroubleError(
    'retry',
    `the receiver did not take the batch in ${limitMs} ms`,
    'The connection stands, and nobody reads: check whether the receiver hangs, or its disk or its queue is full.',
  );
}
