import type { HttpAnswer } from '../http/http-connection.js';
import { datadogVerdict } from './datadog-verdict.js';

function answer(status: number, body: unknown = '', headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body), isCut: false };
}

describe('an answer of the log intake', () => {
  it.each([
    [202, 'delivered'],
    [200, 'delivered'],
    [302, 'hold'],
    [400, 'poison'],
    [401, 'hold'],
    [403, 'hold'],
    [404, 'hold'],
    [408, 'retry'],
    [413, 'split'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
  ])('%i is %s', (status, expected) => {
    expect(datadogVerdict(answer(status)).status).toBe(expected);
  });

  it('tells the words of the error, and what to do', () => {
    const body = { errors: [{ status: '403', title: 'Forbidden', detail: 'API key is invalid' }] };
    expect(datadogVerdict(answer(403, body))).toEqual({
      status: 'hold',
      reason: 'HTTP 403: Forbidden: API key is invalid',
      cure: expect.stringContaining('"site"'),
    });
  });

  it.each([
    [{ errors: ['Payload is not in the expected format'] }, 'HTTP 400: Payload is not in the expected format'],
    [{ errors: [] }, 'HTTP 400: {"errors":[]}'],
    ['null', 'HTTP 400: null'],
    ['', 'HTTP 400'],
  ])('finds words in %o', (body, reason) => {
    expect(datadogVerdict(answer(400, body))).toEqual({ status: 'poison', reason });
  });

  it('waits as long as it is asked to', () => {
    expect(datadogVerdict(answer(429, '', { 'retry-after': '2' }))).toMatchObject({ afterMs: 2000 });
  });

  it.each([200, 202, 400])('is none when a web page comes with %i', (status) => {
    expect(datadogVerdict(answer(status, '<html>Access denied</html>'))).toMatchObject({
      status: 'hold',
      reason: expect.stringContaining('Access denied'),
    });
  });

  it('leaves the page of a busy server to its status', () => {
    expect(datadogVerdict(answer(503, '<html>Busy</html>')).status).toBe('retry');
  });
});
