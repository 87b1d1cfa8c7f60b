import { createHmac, timingSafeEqual } from 'node:crypto';
import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';

export const WORKSPACE_ID = '11111111-2222-3333-4444-555555555555';
/** Base64 of the bytes 0 to 63. */
export const WORKSPACE_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==';

const MOST_BYTES = 30_000_000;
const MOST_SKEW_MS = 15 * 60_000;
const RFC_1123 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RESERVED = ['tenant', 'timegenerated', 'rawdata'];

type Properties = Readonly<Record<string, unknown>>;

/** The HTTP Data Collector API of one workspace, by the letter of its documents. */
export class SentinelDataCollectorReceiver {
  readonly rows: Properties[] = [];
  /** Every answer repeats the headers that it was asked with. */
  isBusy = false;
  /** False once the workspace was closed. */
  isActive = true;

  private constructor(
    readonly server: HttpReceiver,
    private readonly clock: { now(): number },
  ) {}

  static async start(clock: { now(): number }): Promise<SentinelDataCollectorReceiver> {
    const server = await HttpReceiver.start((request) => receiver.answer(request));
    const receiver = new SentinelDataCollectorReceiver(server, clock);
    return receiver;
  }

  private answer(request: ReceivedRequest): ReceiverAnswer {
    const { method, path, query, headers, raw } = request;
    if (this.isBusy) {
      return refusal(503, 'ServiceUnavailable', `Busy: ${JSON.stringify(headers)}`);
    }
    if (method !== 'POST' || path !== '/api/logs' || raw.length > MOST_BYTES) {
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><title>404</title></html>' };
    }
    const fault = headerFault(query, headers);
    if (fault !== undefined) {
      return refusal(400, fault, 'The request is not right.');
    }
    if (!this.isSigned(request)) {
      const date = { date: new Date(this.clock.now()).toUTCString() };
      const words = 'An invalid signature was specified in the Authorization header';
      return refusal(403, 'InvalidAuthorization', words, date);
    }
    if (!this.isActive) {
      return refusal(400, 'InactiveCustomer', 'The workspace has been closed.');
    }
    const rows = flatRows(raw, headers['time-generated-field']);
    if (rows === undefined) {
      return refusal(400, 'InvalidDataFormat', 'Invalid JSON was submitted.');
    }
    this.rows.push(...rows);
    return { status: 200 };
  }

  /** Anew from the documents, over the bytes that came. */
  private isSigned({ headers, raw }: ReceivedRequest): boolean {
    const date = headers['x-ms-date'] ?? '';
    const [scheme = '', rest = ''] = (headers['authorization'] ?? '').split(' ');
    const [workspace = '', signature = ''] = rest.split(':');
    if (scheme !== 'SharedKey' || workspace !== WORKSPACE_ID || !RFC_1123.test(date)) {
      return false;
    }
    if (Math.abs(this.clock.now() - Date.parse(date)) > MOST_SKEW_MS) {
      return false;
    }
    const lines = ['POST', String(raw.byteLength), headers['content-type'] ?? '', `x-ms-date:${date}`, '/api/logs'];
    const due = createHmac('sha256', Buffer.from(WORKSPACE_KEY, 'base64')).update(lines.join('\n')).digest();
    const came = Buffer.from(signature, 'base64');
    return came.length === due.length && timingSafeEqual(came, due);
  }
}

function headerFault(query: URLSearchParams, headers: ReceivedRequest['headers']): string | undefined {
  if (query.get('api-version') !== '2016-04-01') {
    return query.has('api-version') ? 'InvalidApiVersion' : 'MissingApiVersion';
  }
  if (headers['content-type'] !== 'application/json' || headers['content-encoding'] !== undefined) {
    return headers['content-type'] === undefined ? 'MissingContentType' : 'UnsupportedContentType';
  }
  const logType = headers['log-type'];
  if (logType === undefined) {
    return 'MissingLogType';
  }
  return /^[A-Za-z]\w{0,99}$/.test(logType) ? undefined : 'InvalidLogType';
}

function flatRows(raw: Buffer, timeField: string | undefined): readonly Properties[] | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return undefined;
  }
  return Array.isArray(rows) && rows.length > 0 && rows.every((row) => isFlat(row, timeField))
    ? (rows as readonly Properties[])
    : undefined;
}

function isFlat(row: unknown, timeField: string | undefined): boolean {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return false;
  }
  const names = Object.keys(row);
  const time = timeField === undefined ? undefined : (row as Properties)[timeField];
  return (
    names.length <= 50 &&
    names.every((name) => /^[A-Za-z]\w{0,42}$/.test(name) && !RESERVED.includes(name.toLowerCase())) &&
    Object.values(row).every((value) => ['string', 'number', 'boolean'].includes(typeof value)) &&
    Object.values(row).every((value) => typeof value !== 'string' || Buffer.byteLength(value) <= 32_766) &&
    (timeField === undefined || (typeof time === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time)))
  );
}

function refusal(status: number, code: string, words: string, headers: Record<string, string> = {}): ReceiverAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ Error: code, Message: words }),
  };
}
