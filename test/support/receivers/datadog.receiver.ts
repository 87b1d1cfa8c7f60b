import { HttpReceiver, type ReceivedRequest, type ReceiverAnswer } from './http-receiver.js';

type Log = Readonly<Record<string, unknown>>;

/** Documented limits of the intake. */
const MOST_BYTES = 5_000_000;
const MOST_LOG_BYTES = 1_000_000;
const MOST_LOGS = 1000;
const OLDEST_MS = 18 * 3_600_000;
const NEWEST_MS = 2 * 3_600_000;
/** Attributes that Datadog takes for the time of a log, at the top level. */
const DATES = ['timestamp', 'date', '_timestamp', 'Timestamp', 'eventTime', 'published_date', '@timestamp'];
const TAGS = /^[\p{L}][^\s,]{0,199}(,[\p{L}][^\s,]{0,199})*$/u;
const STATUSES = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug', 'ok'];

/**
 * Plays Datadog's log intake by its documentation. What Datadog drops or cuts without a word stands in `vanished` and `cut`:
 * a test can see what a sender never would.
 */
export class DatadogReceiver {
  /** As they were taken, in order. */
  readonly logs: Log[] = [];
  /** Answered with 202, and never seen again: too old, or too far ahead. */
  readonly vanished: Log[] = [];
  /** Answered with 202, and cut. */
  readonly cut: Log[] = [];

  private constructor(
    readonly http: HttpReceiver,
    private readonly apiKey: string,
  ) {}

  static async start(apiKey: string): Promise<DatadogReceiver> {
    let answer: (request: ReceivedRequest) => ReceiverAnswer = () => ({ status: 503 });
    const receiver = new DatadogReceiver(await HttpReceiver.start((request) => answer(request)), apiKey);
    answer = (request) => receiver.answer(request);
    return receiver;
  }

  private answer({ method, path, headers, body }: ReceivedRequest): ReceiverAnswer {
    const key = headers['dd-api-key'];
    if (key === undefined) {
      return failed(401, 'Unauthorized', 'missing API key');
    }
    if (key !== this.apiKey) {
      return failed(403, 'Forbidden', 'API key is invalid');
    }
    if (path !== '/api/v2/logs' || method !== 'POST') {
      return failed(404, 'Not Found', 'no such endpoint');
    }
    if (body.length > MOST_BYTES) {
      return failed(413, 'Payload Too Large', 'the decompressed payload is too large');
    }
    if (headers['content-type'] !== 'application/json') {
      return failed(400, 'Bad Request', 'unsupported content type');
    }
    let logs: readonly unknown[];
    try {
      const value: unknown = JSON.parse(body.toString('utf8'));
      logs = Array.isArray(value) ? value : [value];
    } catch {
      return failed(400, 'Bad Request', 'invalid JSON');
    }
    if (logs.length > MOST_LOGS) {
      return failed(400, 'Bad Request', 'too many logs in one payload');
    }
    const flaws = logs.flatMap((log) => flawOf(log) ?? []);
    if (flaws.length > 0) {
      return failed(400, 'Bad Request', flaws[0] ?? '');
    }
    (logs as readonly Log[]).forEach((log) => this.take(log));
    return { status: 202, headers: { 'content-type': 'application/json' }, body: '{}' };
  }

  private take(log: Log): void {
    const date = DATES.map((name) => log[name]).find((value) => value !== undefined);
    const age = date === undefined ? 0 : Date.now() - Number(typeof date === 'string' ? Date.parse(date) : date);
    if (!(age <= OLDEST_MS && age >= -NEWEST_MS)) {
      this.vanished.push(log);
    } else if (Buffer.byteLength(JSON.stringify(log)) > MOST_LOG_BYTES) {
      this.cut.push(log);
    } else {
      this.logs.push(log);
    }
  }
}

function flawOf(log: unknown): string | undefined {
  if (typeof log !== 'object' || log === null || Array.isArray(log)) {
    return 'a log is no object';
  }
  const { message, ddtags, status, ddsource, service, hostname } = log as Log;
  if (typeof message !== 'string') {
    return 'message is missing';
  }
  if (ddtags !== undefined && !(typeof ddtags === 'string' && TAGS.test(ddtags))) {
    return 'ddtags is malformed';
  }
  if (status !== undefined && !STATUSES.some((known) => known === status)) {
    return 'status is unknown';
  }
  const texts = { ddsource, service, hostname };
  return Object.entries(texts).find(([, value]) => value !== undefined && typeof value !== 'string')?.[0];
}

function failed(status: number, title: string, detail: string): ReceiverAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ errors: [{ status: String(status), title, detail }] }),
  };
}
