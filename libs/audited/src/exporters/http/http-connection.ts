import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, Pool, ProxyAgent, request, type Dispatcher } from 'undici';
import type { HttpConnectionSettings } from './http-connection.options.js';
import { withinTime } from '../within-time.js';

const compress = promisify(gzip);

/** More of an answer is not read: a receiver must not be able to fill the memory of those who send. */
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;
const KEEP_ALIVE_MS = 30_000;

/** One request to a receiver. */
export interface HttpRequest {
  /** @default 'POST' */
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Compresses the body, and says so in `Content-Encoding`. @default false */
  readonly gzip?: boolean;
  /** Uses no connection that is there already: it may be stuck at a node which does not do well. @default false */
  readonly freshConnection?: boolean;
}

/** What a receiver answered. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; of several, the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, at most 4 MiB of it. */
  readonly text: string;
  /** True when the body was longer, broke off, or took too long. */
  readonly isCut: boolean;
}

/** Sockets to one receiver: kept alive, bounded in time, never following a redirect. */
export class HttpConnection {
  private dispatcher: Dispatcher;
  /** Left for fresh ones; they may still have a request under way. */
  private readonly left = new Set<Dispatcher>();
  private closing: Promise<void> | undefined;

  /** @param lookup resolves names instead of the system's own way: for whoever must not reach every address */
  constructor(
    private readonly settings: HttpConnectionSettings,
    private readonly lookup?: LookupFunction,
  ) {
    this.dispatcher = this.connected();
  }

  /** Sends and reads the answer. Rejects when there is none; see `networkVerdict`. */
  async send(given: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const { method = 'POST', url, headers = {}, freshConnection = false } = given;
    const body = given.gzip === true && given.body !== undefined ? await compress(given.body) : given.body;
    if (freshConnection) {
      this.leave();
    }
    return withinTime(this.settings.timeoutMs, signal, async (limited) => {
      const response = await request(url, {
        dispatcher: this.dispatcher,
        method,
        headers: given.gzip === true ? { ...headers, 'content-encoding': 'gzip' } : headers,
        body: body ?? null,
        signal: limited,
        // The time for all of it is limited above.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return {
        status: response.statusCode,
        headers: firstValues(response.headers),
        ...(await readBounded(response.body, signal)),
      };
    });
  }

  /** Ends every socket; idempotent. */
  close(): Promise<void> {
    this.closing ??= Promise.all([this.dispatcher, ...this.left].map((one) => one.destroy())).then(() => undefined);
    return this.closing;
  }

  private connected(): Dispatcher {
    const { tls, proxy, timeoutMs, connectTimeoutMs } = this.settings;
    const kept = { connections: 2, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS };
    const timeout = connectTimeoutMs;
    const connect = { ...tls, timeout, ...(this.lookup === undefined ? {} : { lookup: this.lookup }) };
    if (proxy === undefined) {
      return new Agent({ ...kept, connect });
    }
    const { minVersion, ca } = tls;
    return new ProxyAgent({
      ...kept,
      uri: proxy.url.href,
      ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
      requestTls: { ...tls, timeout },
      // The authorities of the house; never the client's certificate, which is for the receiver.
      proxyTls: { minVersion, timeout, ...(ca === undefined ? {} : { ca }) },
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: timeoutMs }),
    });
  }

  private leave(): void {
    if (this.closing !== undefined) {
      return;
    }
    const old = this.dispatcher;
    this.dispatcher = this.connected();
    this.left.add(old);
    const forget = (): boolean => this.left.delete(old);
    // `close` destroys what does not end by itself; then this ending is refused, which is as good.
    old.close().then(forget, forget);
  }
}

async function readBounded(
  body: Dispatcher.ResponseData['body'],
  signal: AbortSignal,
): Promise<Pick<HttpAnswer, 'text' | 'isCut'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_ANSWER_BYTES) {
        isCut = true;
        break;
      }
    }
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    // The status is known; what is missing of the body, or late, makes it unreadable, not unsent.
    isCut = true;
  }
  return { text: Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8'), isCut };
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): HttpAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value[0] : value]),
  );
}
