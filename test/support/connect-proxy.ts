import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A proxy that opens tunnels (RFC 9110, section 9.3.6), and wants to know who asks. */
export class ConnectProxy {
  /** What it was asked to lead to. */
  readonly targets: string[] = [];
  /** What was said in `Proxy-Authorization`, decoded. */
  readonly credentials: string[] = [];
  /** Answers every wish with this status instead. */
  refusal: number | undefined;
  /** Takes wishes, and never answers. */
  isSilent = false;
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly server: Server,
    private readonly login: string | undefined,
  ) {
    server.on('connection', (socket) => this.keep(socket));
    server.on('connect', (request, socket, head) => this.tunnel(request, socket, head));
  }

  /** @param login `user:password`; without it everybody is let through */
  static async start(login?: string): Promise<ConnectProxy> {
    const server = createServer((_request, response) => response.writeHead(400).end('only CONNECT'));
    const proxy = new ConnectProxy(server, login);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `127.0.0.1:3128`. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    this.server.close();
    await once(this.server, 'close');
  }

  private tunnel(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = request.url ?? '';
    this.targets.push(target);
    const digits = /^Basic (.*)$/.exec(request.headers['proxy-authorization'] ?? '')?.[1];
    const credentials = digits === undefined ? undefined : Buffer.from(digits, 'base64').toString();
    if (credentials !== undefined) {
      this.credentials.push(credentials);
    }
    if (this.isSilent) {
      return;
    }
    const status = this.refusal ?? (this.login !== undefined && credentials !== this.login ? 407 : undefined);
    if (status !== undefined) {
      // Some proxies repeat what they were asked with.
      const page = `<html><body>${status}: ${credentials ?? ''} ${digits ?? ''}</body></html>`;
      socket.end(
        `HTTP/1.1 ${status} No\r\nContent-Length: ${Buffer.byteLength(page)}\r\nConnection: close\r\n\r\n${page}`,
      );
      return;
    }
    const { hostname, port } = new URL(`http://${target}`);
    const upstream: Socket = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    this.keep(upstream);
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
    socket.on('close', () => upstream.destroy());
  }

  private keep(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }
}
