import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** An HTTP proxy that tunnels (CONNECT), for whoever knows its user and password. */
export class ConnectProxy {
  /** What it was asked to tunnel to: `127.0.0.1:8088`. */
  readonly targets: string[] = [];
  private readonly server: Server = createServer((_request, response) => response.writeHead(405).end());
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly credentials: string | undefined) {
    this.server.on('connection', (socket: Socket) => this.keep(socket));
    this.server.on('connect', (request: IncomingMessage, client: Socket) => this.tunnel(request, client));
  }

  /** @param credentials `user:password`; without them everybody may pass */
  static async start(credentials?: string): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(credentials);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** `127.0.0.1:3128`. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  private tunnel(request: IncomingMessage, client: Socket): void {
    const expected = this.credentials && `Basic ${Buffer.from(this.credentials).toString('base64')}`;
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    this.targets.push(`${host}:${port}`);
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    this.keep(upstream);
    upstream.once('close', () => client.destroy());
    client.once('close', () => upstream.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }
}
