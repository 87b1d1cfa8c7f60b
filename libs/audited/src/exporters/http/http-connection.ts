import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Agent, ProxyAgent, request, type Dispatcher } from 'undici';
import type { LookupFunction } from 'node:net';
import type { HttpConnectionSettings } from './http-connection.options.js';

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
  /** Leaves a connection that may be stuck at a node which does not do well. @default false */
  readonly freshConnection?: boolean;
}

/** What a receiver answered. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; of several, the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, at most 4 MiB of it. */
  readonly text: string;
  /** True when the body was longer, or broke off. */
  readonly isCut: boolean;
}

/** Sockets to one receiver: kept alive, bounded in time, never following a redirect. */
export class HttpConnection {
  private readonly dispatcher: Dispatcher;
  private closing: Promise<void> | undefined;

  /** @param lookup resolves names instead of the system's own way: for whoever must not reach every address */
  constructor(
    private readonly settings: HttpConnectionSettings,
    lookup?: LookupFunction,
  ) {
    const { tls, proxy, connectTimeoutMs } = settings;
    const shared = { connections: 2, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS };
    const connect = { ...tls, timeout: connectTimeoutMs, ...(lookup === undefined ? {} : { lookup }) };
    this.dispatcher =
      proxy === undefined
        ? new Agent({ ...shared, connect })
        : new ProxyAgent({ ...shared, uri: proxy.href, requestTls: connect, connectTimeout: connectTimeoutMs });
  }

  /** Sends and reads the answer. Rejects when there is none; see `networkVerdict`. */
  async send(given: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(this.settings.timeoutMs)]);
    const { method = 'POST', url, headers = {}, freshConnection = false } = given;
    const body = given.gzip === true && given.body !== undefined ? await compress(given.body) : given.body;
    const response = await request(url, {
      dispatcher: this.dispatcher,
      method,
      headers: given.gzip === true ? { ...headers, 'content-encoding': 'gzip' } : headers,
      body: body ?? null,
      signal: limited,
      headersTimeout: this.settings.timeoutMs,
      bodyTimeout: this.settings.timeoutMs,
      reset: freshConnection,
    });
    return {
      status: response.statusCode,
      headers: firstValues(response.headers),
      ...(await readBounded(response.body)),
    };
  }

  /** Ends every socket; idempotent. */
  close(): Promise<void> {
    this.closing ??= this.dispatcher.destroy();
    return this.closing;
  }
}

async function readBounded(body: Dispatcher.ResponseData['body']): Promise<Pick<HttpAnswer, 'text' | 'isCut'>> {
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
    if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
      throw error;
    }
    // The status is known; what is missing of the body makes it unreadable, not unsent.
    isCut = true;
  }
  return { text: Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8'), isCut };
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): HttpAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value[0] : value]),
  );
}
