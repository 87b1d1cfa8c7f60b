import { createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';

/** What the specification says of the time of an attempt: some minutes; its own libraries take five. */
const TOLERANCE_SECONDS = 300;
/** `invoice.paid`: identifiers with full stops between them. */
const TYPE = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/;
/** What stands before the 32 bytes of an ed25519 key (RFC 8410, section 4). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** A message as its receiver understands it. */
export interface WebhookMessage {
  readonly id: string;
  readonly seconds: number;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface WebhookReceiverOptions {
  /** `whsec_...` or `whpk_...`; whoever signed with one of them is believed. */
  readonly keys: readonly string[];
  /** @default 100 kB, as many frameworks have it */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch. @default the clock of the system */
  readonly now?: () => number;
}

/** A receiver of Standard Webhooks 1.0.0, written from the specification alone. */
export class WebhookReceiver {
  /** Each once, however often it came. */
  readonly messages: WebhookMessage[] = [];
  /** Attempts that were believed, repetitions included. */
  readonly attempts: WebhookMessage[] = [];

  private constructor(readonly http: HttpReceiver) {}

  static async start(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
    const holder: { receiver?: WebhookReceiver } = {};
    const http = await HttpReceiver.start((request) => holder.receiver!.answer(request, options));
    holder.receiver = new WebhookReceiver(http);
    return holder.receiver;
  }

  private answer(request: ReceivedRequest, options: WebhookReceiverOptions): ReceiverAnswer {
    const { method, headers, raw } = request;
    const { maxBytes = 100_000 } = options;
    if (method !== 'POST') return page(405, 'POST only');
    if (headers['content-type'] !== 'application/json') return page(415, 'JSON only');
    if (headers['content-encoding'] !== undefined) return page(415, 'no compression');
    if (raw.length > maxBytes) return page(413, `more than ${maxBytes} bytes`);
    const refusal = signatureFlaw(request, options);
    if (refusal !== undefined) return page(401, refusal);
    let body: unknown;
    try {
      body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
    } catch {
      return page(400, 'the body is no JSON in UTF-8');
    }
    const message = messageOf(request, body);
    if (typeof message === 'string') return page(422, message);
    this.attempts.push(message);
    if (!this.messages.some(({ id }) => id === message.id)) {
      this.messages.push(message);
    }
    return { status: 204 };
  }
}

/** Why a request is not believed; undefined when it is. */
function signatureFlaw({ headers, raw }: ReceivedRequest, options: WebhookReceiverOptions): string | undefined {
  const { keys, now = Date.now } = options;
  const [id, time, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (id === undefined || time === undefined || signatures === undefined) return 'a webhook header is missing';
  if (!/^[^.\s]{1,256}$/.test(id)) return 'webhook-id is empty, or holds a full stop';
  if (!/^[1-9]\d*$/.test(time)) return 'webhook-timestamp is no number of seconds';
  if (Math.abs(now() / 1000 - Number(time)) > TOLERANCE_SECONDS) return 'webhook-timestamp is too far away';
  const content = Buffer.concat([Buffer.from(`${id}.${time}.`), raw]);
  const isBelieved = signatures.split(' ').some((signature) => {
    const [version, digits, ...rest] = signature.split(',');
    const bytes = Buffer.from(digits ?? '', 'base64');
    return rest.length === 0 && keys.some((key) => isSignedBy(key, version ?? '', content, bytes));
  });
  return isBelieved ? undefined : 'no signature is good';
}

function isSignedBy(key: string, version: string, content: Buffer, signature: Buffer): boolean {
  const bytes = Buffer.from(key.replace(/^wh(?:sec|pk)_/, ''), 'base64');
  if (version === 'v1' && key.startsWith('whsec_')) {
    const expected = createHmac('sha256', bytes).update(content).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
  return version === 'v1a' && key.startsWith('whpk_') && verify(null, content, publicKeyOf(bytes), signature);
}

function publicKeyOf(bytes: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
}

/** The message, or what is wrong with it. */
function messageOf({ headers }: ReceivedRequest, body: unknown): WebhookMessage | string {
  if (typeof body !== 'object' || body === null) return 'the body is no object';
  const { type, timestamp, data: content, ...unknown } = body as Readonly<Record<string, unknown>>;
  if (Object.keys(unknown).length > 0) return `the body has ${Object.keys(unknown).join()}`;
  if (typeof type !== 'string' || !TYPE.test(type)) return 'type is no type';
  if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp)) || !timestamp.endsWith('Z')) {
    return 'timestamp is no time';
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return '"data" is no object';
  return {
    id: headers['webhook-id'] ?? '',
    seconds: Number(headers['webhook-timestamp']),
    type,
    timestamp,
    data: content as Readonly<Record<string, unknown>>,
  };
}

function page(status: number, words: string): ReceiverAnswer {
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  return {
    status,
    headers,
    body: `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body>${words}</body></html>`,
  };
}
