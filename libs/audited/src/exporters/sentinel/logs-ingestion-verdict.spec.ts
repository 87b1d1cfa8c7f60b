import type { HttpAnswer } from '../http/http-connection.js';
import { logsIngestionVerdict } from './logs-ingestion-verdict.js';

function answer(status: number, text = '', headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, text, isCut: false };
}
const azure = (code: string, message = 'It is so.'): string => JSON.stringify({ error: { code, message } });

describe('logsIngestionVerdict', () => {
  it.each([204, 200])('takes %d for delivered', (status) => {
    expect(logsIngestionVerdict(answer(status))).toEqual({ status: 'delivered' });
  });

  it.each([
    ['a page', answer(200, '<html>Sign in</html>')],
    ['a page by its type', answer(200, 'Sign in', { 'content-type': 'text/html' })],
    ['a status that the API does not have', answer(202)],
    ['a page that refuses', answer(400, '<!DOCTYPE html><h2>Bad Request - Invalid Hostname</h2>')],
  ])('holds at %s: that is not Azure Monitor', (_what, given) => {
    expect(logsIngestionVerdict(given)).toMatchObject({ status: 'hold', cure: expect.stringContaining('"endpoint"') });
  });

  it('takes 400 for poison, in the words of the service', () => {
    expect(logsIngestionVerdict(answer(400, azure('InvalidRecord')))).toEqual({
      status: 'poison',
      reason: 'HTTP 400 InvalidRecord: It is so.',
    });
    expect(logsIngestionVerdict(answer(400))).toEqual({ status: 'poison', reason: 'HTTP 400' });
    expect(logsIngestionVerdict(answer(400, '', { 'x-ms-error-code': 'InvalidRecord' }))).toMatchObject({
      reason: 'HTTP 400 InvalidRecord',
    });
  });

  it.each(['InvalidStream', 'UnsupportedApiVersion'])('holds at 400 with %s: no row is to blame', (code) => {
    expect(logsIngestionVerdict(answer(400, azure(code)))).toMatchObject({ status: 'hold', afterMs: 300_000 });
  });

  it.each([
    [401, '"cloud", "scope" and "tenantId"'],
    [403, 'Monitoring Metrics Publisher'],
    [404, '"dcrImmutableId"'],
    [405, 'nothing takes events there'],
    [302, 'redirects are never followed'],
  ])('holds at %d, and tells the cure', (status, cure) => {
    expect(logsIngestionVerdict(answer(status))).toMatchObject({ status: 'hold', cure: expect.stringContaining(cure) });
  });

  it('asks again after five minutes at 403 only, and when the service names a time then', () => {
    expect(logsIngestionVerdict(answer(403))).toMatchObject({ afterMs: 300_000 });
    expect(logsIngestionVerdict(answer(403, '', { 'retry-after': '60' }))).toMatchObject({ afterMs: 60_000 });
    expect(logsIngestionVerdict(answer(404))).not.toHaveProperty('afterMs');
  });

  it.each([
    ['413', answer(413, azure('ContentLengthLimitExceeded'))],
    ['a timeout that tells of a body that broke off', answer(408, 'TimeoutExpired: ReadyBody_ClientConnectionAbort')],
    ['500 that tells so', answer(500, azure('Failed', 'ReadyBody_ClientConnectionAbort'))],
  ])('splits at %s', (_what, given) => {
    expect(logsIngestionVerdict(given).status).toBe('split');
  });

  it.each([408, 429, 500, 502, 503, 504])('retries at %d, with the wait that is asked for', (status) => {
    expect(logsIngestionVerdict(answer(status, '', { 'retry-after': '3' }))).toMatchObject({
      status: 'retry',
      afterMs: 3000,
    });
  });

  it('tells of the role at 503, which comes right after it was given', () => {
    expect(logsIngestionVerdict(answer(503))).toMatchObject({ cure: expect.stringContaining('30 minutes') });
    expect(logsIngestionVerdict(answer(500))).not.toHaveProperty('cure');
  });
});
