import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server of raw bytes, for whatever an HTTP server would not do. */
export class PlainServer {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param serve is called with each connection */
  static async start(serve: (socket: Socket) => void): Promise<PlainServer> {
    const server = createServer();
    const plain = new PlainServer(server);
    server.on('connection', (socket) => {
      plain.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => plain.sockets.delete(socket));
      serve(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return plain;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    this.server.close();
    await once(this.server, 'close');
  }
}
