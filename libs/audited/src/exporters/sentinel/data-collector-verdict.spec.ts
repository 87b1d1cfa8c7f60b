import type { HttpAnswer } from '../http/http-connection.js';
import { dataCollectorVerdict } from './data-collector-verdict.js';

const NOW = Date.parse('2026-11-21T18:51:39.000Z');

function answer(status: number, text = '', headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, text, isCut: false };
}
const azure = (code: string): string => JSON.stringify({ Error: code, Message: 'It is so.' });
const verdictOf = (given: HttpAnswer, events = 2) => dataCollectorVerdict(given, { events, now: NOW });
const at = (offsetMs: number) => ({ date: new Date(NOW + offsetMs).toUTCString() });

describe('dataCollectorVerdict', () => {
  it('takes 200 for delivered, and no page', () => {
    expect(verdictOf(answer(200))).toEqual({ status: 'delivered' });
    expect(verdictOf(answer(200, '<html>Sign in</html>')).status).toBe('hold');
    expect(verdictOf(answer(202)).status).toBe('hold');
  });

  it('takes InvalidDataFormat for poison', () => {
    expect(verdictOf(answer(400, azure('InvalidDataFormat')))).toEqual({
      status: 'poison',
      reason: 'HTTP 400 InvalidDataFormat: It is so.',
    });
  });

  it.each([
    ['InactiveCustomer', 'closed'],
    ['InvalidApiVersion', 'retired'],
    ['InvalidCustomerId', '"workspaceId"'],
    ['InvalidLogType', '"logType"'],
    ['MissingApiVersion', 'retired'],
    ['MissingContentType', 'retired'],
    ['MissingLogType', 'retired'],
    ['UnsupportedContentType', 'retired'],
  ])('holds at %s: no event is to blame', (code, cure) => {
    expect(verdictOf(answer(400, azure(code)))).toMatchObject({ status: 'hold', cure: expect.stringContaining(cure) });
  });

  it('holds at a 400 that is not of the API', () => {
    expect(verdictOf(answer(400, 'Bad Request')).status).toBe('hold');
  });

  it.each([
    ['the key', at(0), '"sharedKey"'],
    ['the key, at fifteen minutes', at(-900_000), '"sharedKey"'],
    ['the key, where the service tells no time', {}, '"sharedKey"'],
    ['the clock, when it is ahead', at(-960_000), 'it is 16 minutes ahead of'],
    ['the clock, when it is behind', at(7_200_000), 'it is 120 minutes behind'],
  ])('holds at 403, and blames %s', (_what, headers, cure) => {
    expect(verdictOf(answer(403, azure('InvalidAuthorization'), headers))).toMatchObject({
      status: 'hold',
      cure: expect.stringContaining(cure),
    });
  });

  it('splits at a 404 of several, and holds at that of one', () => {
    expect(verdictOf(answer(404))).toEqual({ status: 'split', reason: 'HTTP 404' });
    expect(verdictOf(answer(404), 1)).toMatchObject({ status: 'hold', cure: expect.stringContaining('2026-09-14') });
    expect(verdictOf(answer(413)).status).toBe('split');
  });

  it.each([429, 500, 503])('retries at %d, with the wait that is asked for', (status) => {
    expect(verdictOf(answer(status, azure('UnspecifiedError'), { 'retry-after': '3' }))).toEqual({
      status: 'retry',
      reason: `HTTP ${status} UnspecifiedError: It is so.`,
      afterMs: 3000,
    });
  });
});
