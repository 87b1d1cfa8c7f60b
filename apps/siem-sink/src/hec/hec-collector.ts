/**
 * The HTTP Event Collector as Splunk documents it (https://help.splunk.com, "HTTP Event Collector REST API endpoints",
 * "Troubleshoot HTTP Event Collector", "About HTTP Event Collector Indexer Acknowledgment"; read 2026-11-30), with one token
 * and without the raw endpoint. A request with an envelope that is wrong is refused as a whole.
 */
import type { EventLog } from '../events/event-log.js';
import type { FailureMode } from '../failure-mode.js';
import { jsonReply, serverPage, type Reply } from '../http/reply.js';
import type { SinkSettings } from '../sink.settings.js';
import type { AckChannels } from './ack-channels.js';
import { hecWords, type HecCode } from './hec-codes.js';
import { readEnvelopes, type HecEnvelope } from './hec-envelopes.js';
import { jsonObjects, NoJsonObjectError } from './json-objects.js';
import { sameSecret } from './same-secret.js';

/** A request to the collector; its body is read only when it is wanted. */
export interface HecRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: () => Promise<Buffer | 'too-large' | 'malformed'>;
}

/** An answer; or none: the connection breaks, or stays open and silent. */
export type HecOutcome = Reply | 'break-off' | 'hang';

/** What the collector works with. */
export interface CollectorParts {
  readonly settings: Pick<SinkSettings, 'token' | 'acknowledgement'>;
  readonly log: EventLog;
  readonly acks: AckChannels;
  /** What it plays now. */
  readonly mode: () => FailureMode;
}

const COLLECTOR = '/services/collector';
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const RETRY_AFTER_S = '2';

/** @returns whether the path is one of the collector, or would be */
export function isHecPath(path: string): boolean {
  return path === COLLECTOR || path.startsWith(`${COLLECTOR}/`);
}

/** Takes events of senders that know the token. */
export class HecCollector {
  /** Requests with events of which not everything was taken: refused, broken off, never answered. */
  refusedRequests = 0;

  constructor(private readonly parts: CollectorParts) {}

  /** @throws what the connection breaks with while the body is read */
  async answer(request: HecRequest): Promise<HecOutcome> {
    const route = `${request.method} ${request.path.replace(/\/1\.0$/, '')}`;
    switch (route) {
      case `POST ${COLLECTOR}`:
      case `POST ${COLLECTOR}/event`: {
        const outcome = this.trouble() ?? (await this.take(request));
        if (typeof outcome === 'string' || outcome.status !== 200) this.refusedRequests += 1;
        return outcome;
      }
      case `POST ${COLLECTOR}/ack`:
        return this.trouble() ?? this.acknowledge(request);
      case `GET ${COLLECTOR}/health`:
        return this.health(request);
      default:
        return said(404);
    }
  }

  private trouble(): HecOutcome | undefined {
    switch (this.parts.mode()) {
      case '503':
        return said(9, {}, { 'retry-after': RETRY_AFTER_S });
      case '401':
        return said(3);
      case 'hang':
        return 'hang';
      default:
        return undefined;
    }
  }

  private async take(request: HecRequest): Promise<HecOutcome> {
    const { settings, log, acks, mode } = this.parts;
    const refused = this.refusalOf(request);
    if (refused !== undefined) return said(refused);
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'gzip') return serverPage(415, 'Unsupported Media Type');
    const channel = this.channelOf(request);
    if (typeof channel === 'number') return said(channel);
    if (settings.acknowledgement && acks.isFull(channel)) return said(27);
    const body = await request.body();
    if (body === 'too-large') return serverPage(413, 'Content-Length of the request is too large');
    const read = body === 'malformed' ? { code: 6 as const } : readEnvelopes(body);
    if ('code' in read) {
      return said(read.code, read.invalidEvent === undefined ? {} : { 'invalid-event-number': read.invalidEvent });
    }
    if (mode() === 'half') {
      log.add(firstHalf(read));
      return 'break-off';
    }
    log.add(read);
    return said(0, settings.acknowledgement ? { ackId: acks.take(channel) } : {});
  }

  private async acknowledge(request: HecRequest): Promise<HecOutcome> {
    const refused = this.refusalOf(request);
    if (refused !== undefined) return said(refused);
    if (!this.parts.settings.acknowledgement) return said(14);
    const channel = this.channelOf(request);
    if (typeof channel === 'number') return said(channel);
    const body = await request.body();
    if (body === 'too-large') return serverPage(413, 'Content-Length of the request is too large');
    const asked = body === 'malformed' ? undefined : askedAcks(body);
    if (asked === undefined) return said(6);
    const told = Object.fromEntries(asked.map((ackId) => [ackId, this.parts.acks.tell(channel, ackId)]));
    return jsonReply(200, JSON.stringify({ acks: told }));
  }

  private health(request: HecRequest): HecOutcome {
    const mode = this.parts.mode();
    if (mode === 'hang') return 'hang';
    if (mode === '503') return said(18, {}, { 'retry-after': RETRY_AFTER_S });
    return said(mode === '401' || this.refusalOf(request) !== undefined ? 21 : 17);
  }

  /** The code by which a sender without the token is refused. */
  private refusalOf({ headers, query }: HecRequest): HecCode | undefined {
    const { token } = this.parts.settings;
    const inQuery = query.get('token');
    if (inQuery !== null) return sameSecret(inQuery, token) ? 16 : 4;
    const given = headers['authorization'];
    if (given === undefined || given === '') return 2;
    const shown = /^Splunk (\S+)$/.exec(String(given))?.[1];
    if (shown === undefined) return 3;
    return sameSecret(shown, token) ? undefined : 4;
  }

  /** The channel, or the code of the refusal; empty where none is given and none is needed. */
  private channelOf({ headers, query }: HecRequest): string | 10 | 11 {
    const channel = String(headers['x-splunk-request-channel'] ?? query.get('channel') ?? '');
    if (channel === '') return this.parts.settings.acknowledgement ? 10 : '';
    return GUID.test(channel) ? channel.toLowerCase() : 11;
  }
}

/** Of a single event: that one, so that it is seen to come again. */
function firstHalf(envelopes: readonly HecEnvelope[]): readonly HecEnvelope[] {
  return envelopes.slice(0, Math.ceil(envelopes.length / 2));
}

/** `{"acks":[0,1]}`; undefined for anything else. */
function askedAcks(body: Buffer): readonly number[] | undefined {
  try {
    const [asked, ...more] = jsonObjects(body);
    const acks = asked?.['acks'];
    const isList = Array.isArray(acks) && acks.every((ackId) => Number.isSafeInteger(ackId) && Number(ackId) >= 0);
    return isList && more.length === 0 ? (acks as readonly number[]) : undefined;
  } catch (error) {
    if (!(error instanceof NoJsonObjectError)) throw error;
    return undefined;
  }
}

function said(code: HecCode, more: object = {}, headers: Readonly<Record<string, string>> = {}): Reply {
  const { status, text } = hecWords(code);
  return jsonReply(status, JSON.stringify({ text, code, ...more }), headers);
}
