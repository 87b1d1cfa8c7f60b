import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventLog } from './events/event-log.js';
import type { FailureMode } from './failure-mode.js';
import { AckChannels } from './hec/ack-channels.js';
import { HecCollector, isHecPath, type HecOutcome } from './hec/hec-collector.js';
import { refusal, type Reply } from './http/reply.js';
import { requestBody } from './http/request-body.js';
import { answerApi, type SinkStatus } from './sink-api.js';
import type { SinkSettings } from './sink.settings.js';

/** How long "indexing" takes, until a request is acknowledged. */
const INDEXING_MS = 300;

/** On every answer: nothing here is a script, a frame or an image of another page, and nothing stays in a cache. */
const GUARDING_HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The receiver: a collector for senders, a page and a few routes for people, on one port. */
export class SinkServer {
  private mode: FailureMode = 'off';
  /** Answers that senders wait for in vain. */
  private readonly hung = new Set<ServerResponse>();
  private readonly log: EventLog;
  private readonly collector: HecCollector;

  private constructor(
    private readonly settings: SinkSettings,
    private readonly server: Server,
  ) {
    this.log = new EventLog(settings.keep, () => new Date());
    const acks = new AckChannels(INDEXING_MS, () => performance.now());
    this.collector = new HecCollector({ settings, log: this.log, acks, mode: () => this.mode });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.serve(request, response).catch((error: unknown) => {
        // The sender went away in the middle of its request; nobody is left to be told.
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  }

  /** @throws what listening fails with, such as EADDRINUSE */
  static async start(settings: SinkSettings): Promise<SinkServer> {
    const server = createServer();
    const sink = new SinkServer(settings, server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(settings.port, settings.host, resolve);
    });
    return sink;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Listens no more, and breaks off what is under way. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = addressOf(request.url);
    if (url === undefined) {
      send(request, response, refusal(400, 'The address of the request cannot be read.'));
      return;
    }
    const asked = { method, path: url.pathname, query: url.searchParams, headers };
    if (!isHecPath(asked.path)) {
      send(request, response, answerApi(asked, this.controls));
      return;
    }
    this.settle(request, response, await this.collector.answer({ ...asked, body: () => requestBody(request) }));
  }

  private settle(request: IncomingMessage, response: ServerResponse, outcome: HecOutcome): void {
    switch (outcome) {
      case 'hang':
        request.resume();
        this.hung.add(response);
        response.once('close', () => this.hung.delete(response));
        return;
      case 'break-off':
        request.socket.destroy();
        return;
      default:
        send(request, response, outcome);
    }
  }

  private get controls() {
    return {
      log: this.log,
      listensOn: this.settings.host,
      status: (): SinkStatus => ({
        mode: this.mode,
        ...this.log.counts(),
        refusedRequests: this.collector.refusedRequests,
      }),
      clear: (): void => {
        this.log.clear();
        this.collector.refusedRequests = 0;
      },
      play: (mode: FailureMode): void => {
        this.mode = mode;
        // Like a receiver that was started again: those who still wait see their connection break, and come again.
        this.hung.forEach((response) => response.destroy());
      },
    };
  }
}

function addressOf(target = '/'): URL | undefined {
  return target.startsWith('/') && URL.canParse(`http://sink${target}`) ? new URL(`http://sink${target}`) : undefined;
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...GUARDING_HEADERS, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
}
