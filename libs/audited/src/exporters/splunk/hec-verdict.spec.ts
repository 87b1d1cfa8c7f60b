import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { HEC_CODES } from './hec-codes.js';
import { hecHealthVerdict, hecVerdict } from './hec-verdict.js';

type Status = DeliveryVerdict['status'];

/** Code, status and words as Splunk documents them, and what each means for events with a static index. */
const TABLE: readonly (readonly [code: number, status: number, text: string, verdict: Status])[] = [
  [0, 200, 'Success', 'delivered'],
  [1, 403, 'Token disabled', 'hold'],
  [2, 401, 'Token is required', 'hold'],
  [3, 401, 'Invalid authorization', 'hold'],
  [4, 403, 'Invalid token', 'hold'],
  [5, 400, 'No data', 'hold'],
  [6, 400, 'Invalid data format', 'poison'],
  [7, 400, 'Incorrect index', 'hold'],
  [8, 500, 'Internal server error', 'retry'],
  [9, 503, 'Server is busy', 'retry'],
  [10, 400, 'Data channel is missing', 'hold'],
  [11, 400, 'Invalid data channel', 'hold'],
  [12, 400, 'Event field is required', 'poison'],
  [13, 400, 'Event field cannot be blank', 'poison'],
  [14, 400, 'ACK is disabled', 'hold'],
  [15, 400, 'Error in handling indexed fields', 'poison'],
  [16, 400, 'Query string authorization is not enabled', 'hold'],
  [17, 200, 'HEC is healthy', 'hold'],
  [18, 503, 'HEC is unhealthy, queues are full', 'retry'],
  [19, 503, 'HEC is unhealthy, ack service unavailable', 'retry'],
  [20, 503, 'HEC is unhealthy, queues are full, ack service unavailable', 'retry'],
  [21, 400, 'Invalid token', 'hold'],
  [22, 400, 'Token disabled', 'hold'],
  [23, 503, 'Server is shutting down', 'retry'],
  [24, 200, 'HEC queue approaching capacity', 'delivered'],
  [25, 200, 'HEC ACK approaching capacity', 'delivered'],
  [26, 429, 'HEC queue at capacity', 'retry'],
  [27, 429, 'HEC ACK channel at capacity', 'retry'],
  [404, 404, 'The requested URL was not found on this server.', 'hold'],
];

const FACTS = { events: 3, isIndexFromRecord: false };

function said(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body), isCut: false };
}

function page(status: number): HttpAnswer {
  return said(status, `<!doctype html><html><body><h1>Page ${status}</h1></body></html>`, {
    'content-type': 'text/html',
  });
}

describe('The code of an answer', () => {
  it.each(TABLE)('%i with status %i (%s) means %s', (code, status, text, verdict) => {
    expect(hecVerdict(said(status, { text, code }), FACTS).status).toBe(verdict);
  });

  it('is known for every row of the table, and for no other', () => {
    expect([...HEC_CODES.keys()]).toEqual(TABLE.map(([code]) => code));
  });

  it.each(TABLE.filter(([, , , verdict]) => verdict === 'hold'))('%i is held with a cure', (code, status, text) => {
    expect(hecVerdict(said(status, { text, code }), FACTS)).toEqual({
      status: 'hold',
      reason: `HTTP ${status}: ${text} (code ${code})`,
      cure: expect.stringMatching(/^[A-Z].{20,}\.$/) as string,
    });
  });

  it('counts before the status', () => {
    expect(hecVerdict(said(403, { text: 'Server is busy', code: 9 }), FACTS).status).toBe('retry');
    expect(hecVerdict(said(404, { text: 'Invalid data format', code: 6 }), FACTS).status).toBe('poison');
    expect(hecVerdict(said(200, { text: 'Invalid data format', code: 6 }), FACTS).status).toBe('poison');
  });

  it('is not believed where the status contradicts it', () => {
    expect(hecVerdict(said(502, { text: 'Success', code: 0 }), FACTS).status).toBe('retry');
    expect(hecVerdict(said(401, { text: 'Success', code: 0 }), FACTS).status).toBe('hold');
    expect(hecVerdict(said(400, { text: 'Success', code: 0 }), FACTS).status).toBe('hold');
    expect(hecVerdict(said(500, { text: 'Invalid data format', code: 6 }), FACTS).status).toBe('retry');
  });

  it('is judged by the status when it is a new one', () => {
    expect(hecVerdict(said(200, { text: 'x', code: 99 }), FACTS).status).toBe('delivered');
    expect(hecVerdict(said(400, { text: 'x', code: 99 }), FACTS).status).toBe('poison');
    expect(hecVerdict(said(429, { text: 'x', code: 99 }, { 'retry-after': '3' }), FACTS)).toMatchObject({
      status: 'retry',
      afterMs: 3000,
    });
    expect(hecVerdict(said(403, { text: 'x', code: 99 }), FACTS).status).toBe('hold');
  });

  it('of another protocol is none: a gateway that counts its errors does not condemn events', () => {
    expect(hecVerdict(said(500, { code: 13, message: 'internal' }), FACTS).status).toBe('retry');
    expect(hecVerdict(said(400, { code: 12, message: 'unimplemented' }), FACTS).status).toBe('hold');
    expect(hecVerdict(said(503, { code: '6', text: 'x' }), FACTS).status).toBe('retry');
  });
});

describe('A collector that is nearly full', () => {
  it.each([24, 25])('is given time after code %i', (code) => {
    expect(hecVerdict(said(200, { text: 'x', code }), FACTS)).toEqual({ status: 'delivered', slowDownMs: 2000 });
    expect(hecVerdict(said(200, { text: 'x', code }, { 'retry-after': '9' }), FACTS)).toEqual({
      status: 'delivered',
      slowDownMs: 9000,
    });
  });

  it.each([
    [9, 503],
    [26, 429],
  ])('says with code %i how long to wait, in seconds or as a date', (code, status) => {
    const body = { text: 'x', code };
    const date = { 'retry-after': 'Mon, 30 Nov 2026 10:00:12 GMT', date: 'Mon, 30 Nov 2026 10:00:00 GMT' };
    expect(hecVerdict(said(status, body, { 'retry-after': '5' }), FACTS)).toMatchObject({ afterMs: 5000 });
    expect(hecVerdict(said(status, body, date), FACTS)).toMatchObject({ afterMs: 12_000 });
    expect(hecVerdict(said(status, body), FACTS)).not.toHaveProperty('afterMs');
  });
});

describe('A wrong index', () => {
  const answer = said(400, { text: 'Incorrect index', code: 7, 'invalid-event-number': 1 });

  it('is held when it is the one of the destination, and says what to do', () => {
    expect(hecVerdict(answer, FACTS)).toEqual({
      status: 'hold',
      reason: 'HTTP 400: Incorrect index (code 7)',
      cure: 'Give an "index" that exists, and allow it to the token in Splunk.',
    });
  });

  it("is the event's fault when it came from the record", () => {
    expect(hecVerdict(answer, { ...FACTS, isIndexFromRecord: true })).toEqual({
      status: 'poison',
      reason: 'HTTP 400: Incorrect index (code 7)',
      index: 1,
    });
  });
});

describe('The number of the invalid event', () => {
  it.each([
    [0, 0],
    [2, 2],
    [3, undefined],
    [-1, undefined],
    [1.5, undefined],
    ['1', undefined],
    [null, undefined],
  ])('%j of three events is the place %j', (given, index) => {
    const verdict = hecVerdict(said(400, { text: 'x', code: 6, 'invalid-event-number': given }), FACTS);
    expect(verdict).toMatchObject({ status: 'poison' });
    expect((verdict as { index?: number }).index).toBe(index);
  });
});

describe('An answer that is not the collector’s', () => {
  it.each([
    [413, 'split'],
    [415, 'hold'],
    [400, 'hold'],
    [200, 'hold'],
    [401, 'hold'],
    [404, 'hold'],
    [302, 'hold'],
    [408, 'retry'],
    [502, 'retry'],
    [504, 'retry'],
  ] as const)('a page with status %i means %s', (status, verdict) => {
    expect(hecVerdict(page(status), FACTS).status).toBe(verdict);
  });

  it.each(['', 'OK', '[]', '{}', 'null', '{"acks":{}}'])('%j with status 200 delivers nothing', (text) => {
    expect(hecVerdict(said(200, text), FACTS)).toMatchObject({
      status: 'hold',
      cure: expect.stringContaining('"url"'),
    });
  });

  it('is retried when it broke off after status 200', () => {
    const answer = { ...said(200, '{"text":"Succ'), isCut: true };
    expect(hecVerdict(answer, FACTS).status).toBe('retry');
  });
});

describe('The health of a collector', () => {
  it.each([
    [17, 200, 'ok'],
    [18, 503, 'retry'],
    [19, 503, 'retry'],
    [20, 503, 'retry'],
    [21, 400, 'hold'],
    [22, 400, 'hold'],
    [23, 503, 'retry'],
    [1, 403, 'hold'],
    [4, 403, 'hold'],
    [6, 400, 'hold'],
    [404, 404, 'hold'],
  ] as const)('code %i with status %i means %s', (code, status, verdict) => {
    expect(hecHealthVerdict(said(status, { text: 'x', code })).status).toBe(verdict);
  });

  it.each([
    [200, 'hold'],
    [400, 'hold'],
    [413, 'hold'],
    [503, 'retry'],
  ] as const)('a page with status %i means %s', (status, verdict) => {
    expect(hecHealthVerdict(page(status)).status).toBe(verdict);
  });
});
