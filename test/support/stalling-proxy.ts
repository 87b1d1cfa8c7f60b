import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that can be made to hang: connections stay, and nothing arrives any more. */
export class StallingProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isStalled = false;
  private stallingText: string | undefined;

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {
    this.server = createServer((client) => this.join(client));
  }

  async start(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on nothing is passed on, in any direction; new connections are accepted. */
  stall(): void {
    this.isStalled = true;
    this.sockets.forEach((socket) => socket.pause());
  }

  /** Passes on what is sent up to this text, the text included; the answer to it never comes. */
  stallAfter(text: string): void {
    this.stallingText = text;
  }

  /** Passes everything on again, also what was held back. */
  resume(): void {
    this.isStalled = false;
    this.stallingText = undefined;
    this.sockets.forEach((socket) => socket.resume());
  }

  async end(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const server = connect(this.port, this.host);
    this.forward(client, server);
    this.forward(server, client);
    client.on('data', (chunk: Buffer) => {
      if (this.stallingText !== undefined && chunk.includes(this.stallingText)) {
        this.stall();
      }
    });
  }

  private forward(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (chunk: Buffer) => to.write(chunk));
    from.on('close', () => {
      this.sockets.delete(from);
      to.end();
    });
    // The other side is told by `close`.
    from.on('error', () => undefined);
    if (this.isStalled) {
      from.pause();
    }
  }
}
