import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIP, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { StrictFrameReader, strictMessage, type StrictFraming } from './syslog-framing.js';

/** What a receiver listens to. */
export interface SyslogReceiverOptions {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** @default 'octet-counting' */
  readonly framing?: StrictFraming;
  /** Certificate and key; `ca`, `requestCert` and `rejectUnauthorized` for mutual TLS. */
  readonly tls?: TlsOptions;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default a free one */
  readonly port?: number;
  /** @default 65536 */
  readonly maxMessageBytes?: number;
}

/**
 * A receiver of syslog that takes nothing but what the RFCs allow, and ends the connection of whoever sends anything else.
 * It can be put into trouble: stop reading, reset in the middle of a frame, half close, come back on the same port.
 */
export class SyslogReceiver {
  /** Complete messages, in the order in which they came. */
  readonly messages: string[] = [];
  /** Rules that a sender broke. */
  readonly violations: string[] = [];
  /** Connections that ended in the middle of a frame. */
  cutFrames = 0;
  /** Connections that were made, for TLS those with a complete handshake. */
  connections = 0;
  /** Names that senders asked for (SNI); `false` where one asked for none. */
  readonly serverNames: (string | false)[] = [];
  private server: Server | undefined;
  private datagrams: DatagramSocket | undefined;
  /** Plain sockets: what is reset. */
  private readonly raw = new Set<Socket>();
  /** Sockets that messages come from. */
  private readonly open = new Set<Socket>();
  private isHanging = false;
  private resetAt: number | undefined;
  private boundPort: number;

  private constructor(private readonly options: SyslogReceiverOptions) {
    this.boundPort = options.port ?? 0;
  }

  static async start(options: SyslogReceiverOptions): Promise<SyslogReceiver> {
    const receiver = new SyslogReceiver(options);
    await receiver.restart();
    return receiver;
  }

  get port(): number {
    return this.boundPort;
  }

  /** Stops reading, and ends nothing: on every connection, and on those that come. Over UDP nothing can hang. */
  hang(): void {
    this.isHanging = true;
    this.open.forEach((socket) => socket.pause());
  }

  goOn(): void {
    this.isHanging = false;
    this.open.forEach((socket) => socket.resume());
  }

  /** Resets the connection that brings so many bytes more; what it brought is not looked at. */
  resetAfter(bytes: number): void {
    this.resetAt = bytes;
  }

  /** Says that it will say nothing more, and goes on listening. */
  endAll(): void {
    this.open.forEach((socket) => socket.end());
  }

  /** Says something, which no sender expects. */
  say(text: string): void {
    this.open.forEach((socket) => socket.write(text));
  }

  /** Breaks every connection off, and listens no more; idempotent. */
  async stop(): Promise<void> {
    const { server, datagrams } = this;
    this.server = undefined;
    this.datagrams = undefined;
    if (datagrams !== undefined) await new Promise<void>((resolve) => datagrams.close(() => resolve()));
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.raw.forEach((socket) => socket.resetAndDestroy());
    await closed;
  }

  /** Listens, on the same port as before. */
  async restart(): Promise<void> {
    await this.stop();
    const { host = '127.0.0.1', transport, tls = {} } = this.options;
    if (transport === 'udp') {
      const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
      socket.on('message', (bytes) =>
        this.judged(() => this.messages.push(strictMessage(bytes, this.maxMessageBytes))),
      );
      socket.bind(this.boundPort, host);
      await once(socket, 'listening');
      this.datagrams = socket;
      this.boundPort = socket.address().port;
      return;
    }
    const server =
      transport === 'tcp' ? createServer({ allowHalfOpen: true }) : createTlsServer({ ...tls, allowHalfOpen: true });
    server.on('connection', (socket: Socket) => {
      this.keep(this.raw, socket);
      if (transport === 'tcp') this.accept(socket);
    });
    server.on('secureConnection', (socket: Socket & { servername: string | false }) => {
      this.serverNames.push(socket.servername);
      this.accept(socket);
    });
    server.listen(this.boundPort, host);
    await once(server, 'listening');
    this.server = server;
    this.boundPort = (server.address() as AddressInfo).port;
  }

  private get maxMessageBytes(): number {
    return this.options.maxMessageBytes ?? 65_536;
  }

  private accept(socket: Socket): void {
    const { remotePort } = socket;
    const reset = (): void => this.raw.forEach((plain) => plain.remotePort === remotePort && plain.resetAndDestroy());
    this.connections += 1;
    this.keep(this.open, socket);
    const reader = new StrictFrameReader(this.options.framing ?? 'octet-counting', this.maxMessageBytes);
    socket.on('data', (bytes: Buffer) => {
      if (this.resetAt !== undefined && (this.resetAt -= bytes.length) <= 0) {
        this.resetAt = undefined;
        isReset = true;
        reset();
        return;
      }
      if (!this.judged(() => reader.read(bytes, (message) => this.messages.push(message)))) reset();
    });
    let isReset = false;
    socket.on('end', () => this.isHanging || socket.end());
    socket.once('close', () => {
      if (isReset || reader.pendingBytes > 0) this.cutFrames += 1;
    });
    if (this.isHanging) socket.pause();
  }

  private keep(sockets: Set<Socket>, socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  }

  /** @returns false when a rule was broken */
  private judged(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (error) {
      this.violations.push(String(error));
      return false;
    }
  }
}
