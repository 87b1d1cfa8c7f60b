/**
 * The HTTP Event Collector of Splunk, by its documented rules and stricter where Splunk is kind: no array of envelopes, no
 * unknown keys, no time in milliseconds, no token in the query, no Basic authorization.
 */
import type { ServerOptions } from 'node:https';
import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';
import { HecAckChannels } from './splunk/hec-ack-channels.js';
import { readEnvelopes, type HecEvent } from './splunk/hec-envelopes.js';

/** How full Splunk is; `ok` unless it is set. */
export type HecCondition =
  | 'ok'
  /** Code 8. */
  | 'out-of-order'
  /** Code 9, with `Retry-After`. */
  | 'busy'
  /** Code 23. */
  | 'shutting-down'
  /** Takes events with code 24. */
  | 'queue-filling'
  /** Takes events with code 25. */
  | 'acks-filling'
  /** Code 26; its health is 18. */
  | 'queue-full'
  /** Code 27; its health is 19. */
  | 'acks-full'
  /** Code 9; its health is 20. */
  | 'all-full';

/** A token, as an administrator sets it up. */
export interface HecToken {
  readonly token: string;
  /** @default true */
  readonly isEnabled?: boolean;
  /** Indexer acknowledgement. @default false */
  readonly useAck?: boolean;
  /** Indexes that it may write to. @default any */
  readonly indexes?: readonly string[];
}

export interface HecReceiverOptions {
  readonly tokens: readonly HecToken[];
  readonly tls?: ServerOptions;
  /** @default a free one */
  readonly port?: number;
  /** `max_content_length`, of the body after decompression. @default 838860800 */
  readonly maxContentLength?: number;
  /** Requests of one channel that may wait to be asked for. @default 1000000 */
  readonly maxPendingAcks?: number;
  /** Whether what stands before an invalid event is indexed all the same: Splunk does not say. @default false */
  readonly keepsEventsBeforeInvalid?: boolean;
}

const WORDS: Readonly<Record<number, readonly [status: number, text: string]>> = {
  0: [200, 'Success'],
  1: [403, 'Token disabled'],
  2: [401, 'Token is required'],
  3: [401, 'Invalid authorization'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  7: [400, 'Incorrect index'],
  8: [500, 'Internal server error'],
  9: [503, 'Server is busy'],
  10: [400, 'Data channel is missing'],
  11: [400, 'Invalid data channel'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  14: [400, 'ACK is disabled'],
  15: [400, 'Error in handling indexed fields'],
  16: [400, 'Query string authorization is not enabled'],
  17: [200, 'HEC is healthy'],
  18: [503, 'HEC is unhealthy, queues are full'],
  19: [503, 'HEC is unhealthy, ack service unavailable'],
  20: [503, 'HEC is unhealthy, queues are full, ack service unavailable'],
  21: [400, 'Invalid token'],
  22: [400, 'Token disabled'],
  23: [503, 'Server is shutting down'],
  24: [200, 'HEC queue approaching capacity'],
  25: [200, 'HEC ACK approaching capacity'],
  26: [429, 'HEC queue at capacity'],
  27: [429, 'HEC ACK channel at capacity'],
  404: [404, 'The requested URL was not found on this server.'],
};

const REFUSALS: Readonly<Partial<Record<HecCondition, number>>> = {
  'out-of-order': 8,
  busy: 9,
  'all-full': 9,
  'shutting-down': 23,
  'queue-full': 26,
  'acks-full': 27,
};
const TAKEN: Readonly<Partial<Record<HecCondition, number>>> = { 'queue-filling': 24, 'acks-filling': 25 };
const HEALTH: Readonly<Partial<Record<HecCondition, number>>> = {
  'shutting-down': 23,
  busy: 18,
  'queue-full': 18,
  'acks-full': 19,
  'all-full': 20,
  'out-of-order': 8,
};

const COLLECTOR = '/services/collector';
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A collector with its tokens, its queue, its acknowledgements, and everything that it was sent. */
export class SplunkHecReceiver {
  /** What it took, in order, with repetitions. */
  readonly events: HecEvent[] = [];
  condition: HecCondition = 'ok';
  /** Whether what is taken is indexed, and acknowledged, at once; else by `index()`. */
  isIndexing = true;
  /** Channels of the requests with events that it took. */
  readonly channels: string[] = [];
  private acks = new HecAckChannels();
  private readonly tokens = new Map<string, HecToken>();
  /** Takes what is not indexed yet: it is gone when Splunk crashes. */
  private queued: HecEvent[] = [];

  private constructor(
    private readonly options: HecReceiverOptions,
    /** The server itself, which can be put into trouble. */
    readonly http: HttpReceiver,
  ) {
    options.tokens.forEach((token) => this.setToken(token));
  }

  static async start(options: HecReceiverOptions): Promise<SplunkHecReceiver> {
    const started: { receiver?: SplunkHecReceiver } = {};
    const http = await HttpReceiver.start(
      (request) => started.receiver?.answer(request) ?? said(9),
      options.tls,
      options.port,
    );
    return (started.receiver = new SplunkHecReceiver(options, http));
  }

  /** The base address, as the exporter is given it. */
  get url(): string {
    return this.http.url;
  }

  /** Ids of the events that it took, in order, with repetitions. */
  get ids(): readonly string[] {
    return this.events.map(({ id }) => id);
  }

  /** Sets a token up, or changes it. */
  setToken(token: HecToken): void {
    this.tokens.set(token.token, token);
  }

  /** Indexes what it took so far. */
  index(): void {
    this.queued = [];
    this.acks.index();
  }

  /** Crashes and comes back: what was not indexed is lost, and so is every acknowledgement; numbers begin at 0. */
  restart(): void {
    const lost = new Set(this.queued);
    this.events.splice(0, this.events.length, ...this.events.filter((event) => !lost.has(event)));
    this.queued = [];
    this.acks = new HecAckChannels();
  }

  stop(): Promise<void> {
    return this.http.stop();
  }

  private answer(request: ReceivedRequest): ReceiverAnswer {
    const path = request.path.replace(/\/1\.0$/, '');
    switch (`${request.method} ${path}`) {
      case `POST ${COLLECTOR}`:
      case `POST ${COLLECTOR}/event`:
        return this.take(request);
      case `POST ${COLLECTOR}/ack`:
        return this.acknowledge(request);
      case `GET ${COLLECTOR}/health`:
        return this.health(request);
      default:
        return said(404);
    }
  }

  private take(request: ReceivedRequest): ReceiverAnswer {
    const token = this.authorized(request);
    if (typeof token === 'number') return said(token);
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'gzip') return page(415, 'Unsupported Media Type');
    if (request.body.length > (this.options.maxContentLength ?? 838_860_800)) {
      return page(413, 'Content-Length of the request is too large');
    }
    const channel = channelOf(request, token.useAck === true);
    if (typeof channel === 'number') return said(channel);
    const refused = REFUSALS[this.condition];
    if (refused !== undefined) return said(refused, {}, refused === 9 ? { 'retry-after': '7' } : {});
    if (token.useAck === true && this.acks.isFull(channel, this.options.maxPendingAcks ?? 1_000_000)) return said(27);
    const { events, refusal } = readEnvelopes(request.body, token.indexes);
    if (refusal !== undefined) {
      if (this.options.keepsEventsBeforeInvalid === true) this.keep(events);
      const { code, invalidEvent } = refusal;
      return said(code, invalidEvent === undefined ? {} : { 'invalid-event-number': invalidEvent });
    }
    this.keep(events);
    this.channels.push(channel);
    const ackId = token.useAck === true ? { ackId: this.acks.take(channel, this.isIndexing) } : {};
    return said(TAKEN[this.condition] ?? 0, ackId);
  }

  private keep(events: readonly HecEvent[]): void {
    this.events.push(...events);
    if (!this.isIndexing) this.queued.push(...events);
  }

  private acknowledge(request: ReceivedRequest): ReceiverAnswer {
    const token = this.authorized(request);
    if (typeof token === 'number') return said(token);
    if (token.useAck !== true) return said(14);
    const channel = channelOf(request, true);
    if (typeof channel === 'number') return said(channel);
    const asked = askedAcks(request.body);
    if (asked === undefined) return said(6);
    return json(200, { acks: Object.fromEntries(asked.map((ackId) => [ackId, this.acks.tell(channel, ackId)])) });
  }

  private health(request: ReceivedRequest): ReceiverAnswer {
    const token = this.authorized(request);
    if (typeof token === 'number') return said(token === 1 ? 22 : 21);
    return said(HEALTH[this.condition] ?? 17);
  }

  /** The token, or the code of the refusal. */
  private authorized({ headers, query }: ReceivedRequest): HecToken | number {
    const inQuery = query.get('token');
    if (inQuery !== null) return this.tokens.has(inQuery) ? 16 : 4;
    const given = headers['authorization'];
    if (given === undefined || given === '') return 2;
    const token = /^Splunk (\S+)$/.exec(given)?.[1];
    if (token === undefined) return 3;
    const known = this.tokens.get(token);
    if (known === undefined) return 4;
    return known.isEnabled === false ? 1 : known;
  }
}

/** The channel, or the code of the refusal; empty where none is given and none is needed. */
function channelOf({ headers, query }: ReceivedRequest, isNeeded: boolean): string | 10 | 11 {
  const channel = headers['x-splunk-request-channel'] ?? query.get('channel') ?? '';
  if (channel === '') return isNeeded ? 10 : '';
  return GUID.test(channel) ? channel.toLowerCase() : 11;
}

function askedAcks(body: Buffer): readonly number[] | undefined {
  try {
    const { acks } = JSON.parse(body.toString('utf8')) as { readonly acks?: unknown };
    return Array.isArray(acks) && acks.every((ackId) => Number.isSafeInteger(ackId) && ackId >= 0)
      ? (acks as number[])
      : undefined;
  } catch {
    // No JSON: refused like any other wrong body.
    return undefined;
  }
}

function said(code: number, more: object = {}, headers: Readonly<Record<string, string>> = {}): ReceiverAnswer {
  const [status, text] = WORDS[code] ?? [500, 'unknown'];
  return json(status, { text, code, ...more }, headers);
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): ReceiverAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** What Splunk's HTTP server says before the collector sees a request. */
function page(status: number, words: string): ReceiverAnswer {
  const body = `<!doctype html><html><head><title>${status} ${words}</title></head><body><h1>${words}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}
