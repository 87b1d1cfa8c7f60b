import type { HttpAnswer } from './http-connection.js';
import { probeVerdict } from './http-exporter.js';
import { httpVerdict } from './http-verdict.js';

function answer(status: number, headers: HttpAnswer['headers'] = {}, text = ''): HttpAnswer {
  return { status, headers, text, isCut: false };
}

describe('httpVerdict', () => {
  it.each([
    ['delivered', [200, 201, 202, 204, 299]],
    ['retry', [408, 425, 429, 500, 502, 503, 504, 507, 520, 599]],
    ['split', [413]],
    ['poison', [400, 422]],
    ['hold', [300, 301, 302, 303, 304, 307, 308, 401, 402, 403, 404, 405, 407, 409, 410, 411, 415, 421, 426, 431, 501]],
  ])('is %s for %j', (expected, statuses) => {
    expect(statuses.map((status) => httpVerdict(answer(status)).status)).toEqual(statuses.map(() => expected));
  });

  it.each([429, 503, 403])('takes the wait that a %i asks for', (status) => {
    expect(httpVerdict(answer(status, { 'retry-after': '7' }))).toMatchObject({ afterMs: 7000 });
    expect(httpVerdict(answer(status))).not.toHaveProperty('afterMs');
  });

  it('has a cure for everything that is held', () => {
    for (const status of [301, 401, 403, 404, 405, 407, 409, 410, 415, 418, 501]) {
      expect(httpVerdict(answer(status))).toHaveProperty('cure', expect.stringMatching(/\.$/));
    }
  });

  it('tells where a redirect leads, without its path and query', () => {
    const location = 'https://user:pass@evil.example.com/collect?token=tkn-1234';
    const verdict = httpVerdict(answer(307, { location }));
    expect(verdict).toMatchObject({ reason: 'HTTP 307: it redirects to https://evil.example.com' });
  });

  it('survives a redirect to nowhere', () => {
    expect(httpVerdict(answer(302, { location: '/login' }))).toMatchObject({
      reason: expect.stringContaining('elsewhere'),
    });
    expect(httpVerdict(answer(302))).toMatchObject({ status: 'hold' });
  });

  it.each([
    [
      'nginx',
      '<html><head><title>400</title></head><body><h1>400 Bad Request</h1>The plain HTTP request was sent to HTTPS port</body></html>',
    ],
    ['nginx, without a certificate', '<html><body><h1>400</h1>No required SSL certificate was sent</body></html>'],
    ['nginx, with a bad certificate', '<html><body><h1>400</h1>The SSL certificate error</body></html>'],
    ['Apache', "<html><body>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br /></body></html>"],
    ['Go', 'Client sent an HTTP request to an HTTPS server.\n'],
  ])('does not blame the events when %s misses TLS', (_server, text) => {
    expect(httpVerdict(answer(400, {}, text))).toMatchObject({ status: 'hold', cure: expect.stringContaining('tls') });
  });

  it('blames the batch for any other 400', () => {
    expect(httpVerdict(answer(400, {}, 'unknown field "certificate"'))).toEqual({
      status: 'poison',
      reason: 'HTTP 400: unknown field "certificate"',
    });
  });
});

describe('probeVerdict', () => {
  it.each([200, 204, 400, 413, 422])('takes a %i for a receiver that is there', (status) => {
    expect(probeVerdict(answer(status))).toEqual({ status: 'ok' });
  });

  it.each([
    [503, 'retry'],
    [401, 'hold'],
    [302, 'hold'],
  ])('passes on what a %i means', (status, expected) => {
    expect(probeVerdict(answer(status)).status).toBe(expected);
  });
});
