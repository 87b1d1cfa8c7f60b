import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request as a receiver sees it, when its body is complete. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came. */
  readonly raw: Buffer;
  /** Decompressed where `content-encoding` says gzip. */
  readonly body: Buffer;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What a vendor would answer. */
export type ReceiverRules = (request: ReceivedRequest) => ReceiverAnswer | Promise<ReceiverAnswer>;

/** Something that goes wrong with a request. */
export type ReceiverFault =
  /** Nothing is ever answered; the rules do not see the request. */
  | { readonly kind: 'hang' }
  /** The connection breaks before the rules see the request. */
  | { readonly kind: 'reset' }
  /** The rules see the request, what they store is stored, and the connection breaks before the answer. */
  | { readonly kind: 'lost-answer' }
  /** This answer, whatever the rules would say. */
  | { readonly kind: 'answer'; readonly answer: ReceiverAnswer }
  /** The answer of the rules, later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Status 200, and a body that never ends. */
  | { readonly kind: 'endless' };

/** A real HTTP server that plays a vendor by its rules, and can be put into trouble. */
export class HttpReceiver {
  /** Every request that the rules were asked about. */
  readonly requests: ReceivedRequest[] = [];
  private readonly faults: ReceiverFault[] = [];
  private standing: ReceiverFault | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: 'http' | 'https',
  ) {
    server.on('connection', (socket: Socket) => this.keep(socket));
    server.on('secureConnection', (socket: Socket) => this.keep(socket));
  }

  /** On 127.0.0.1, on a free port unless one is given; with TLS where a certificate is given. */
  static async start(rules: ReceiverRules, tls?: ServerOptions, port = 0): Promise<HttpReceiver> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const receiver = new HttpReceiver(server, tls === undefined ? 'http' : 'https');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void receiver.serve(rules, request, response);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  /** The next request meets this fault; several are met one after another. */
  next(...faults: readonly ReceiverFault[]): void {
    this.faults.push(...faults);
  }

  /** Every request meets this fault until `undefined` ends it. */
  always(fault: ReceiverFault | undefined): void {
    this.standing = fault;
  }

  /** Calls back with every connection from now on. */
  onConnection(listener: (socket: Socket) => void): void {
    this.server.on('connection', listener);
  }

  /** Breaks every connection off, and listens no more; idempotent. */
  async stop(): Promise<void> {
    const closed = this.server.listening
      ? new Promise<void>((resolve) => this.server.close(() => resolve()))
      : Promise.resolve();
    this.sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }

  private async serve(rules: ReceiverRules, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.faults.shift() ?? this.standing;
    if (fault?.kind === 'hang') {
      request.resume();
      return;
    }
    if (fault?.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    let received: ReceivedRequest;
    try {
      received = await receivedRequest(request);
    } catch (error) {
      // The sender went away, or sent what is no gzip.
      response.writeHead(400).end(String(error));
      return;
    }
    if (fault?.kind === 'answer') {
      this.answer(response, fault.answer);
      return;
    }
    if (fault?.kind === 'endless') {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const flood = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', flood);
      flood();
      return;
    }
    this.requests.push(received);
    const answer = await rules(received);
    if (fault?.kind === 'lost-answer') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'delay') {
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
    }
    this.answer(response, answer);
  }

  private answer(response: ServerResponse, { status, headers = {}, body = '' }: ReceiverAnswer): void {
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
  }
}

async function receivedRequest(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://receiver');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
  return { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, raw, body };
}
