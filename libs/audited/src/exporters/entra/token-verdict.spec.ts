import type { HttpAnswer } from '../http/http-connection.js';
import { tokenVerdict } from './token-verdict.js';

const AUTHORITY = 'https://login.microsoftonline.com';

function answer(status: number, body: unknown = '', headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body), isCut: false };
}

function refusal(error: string, code: number, status = 400): HttpAnswer {
  const error_description = `AADSTS${code}: It is so.\r\nTrace ID: 255d1aef\r\nCorrelation ID: a`;
  return answer(status, { error, error_description, error_codes: [code] });
}

describe('tokenVerdict', () => {
  it.each([
    ['invalid_client', 7000215, 'not its id'],
    ['invalid_client', 7000222, 'expired'],
    ['unauthorized_client', 700016, '"clientId" and "tenantId"'],
    ['invalid_request', 90002, '"tenantId" and "cloud"'],
    ['invalid_resource', 500011, '"cloud" and "scope"'],
    ['invalid_scope', 70011, '"/.default"'],
    ['access_denied', 53003, 'conditional access'],
    ['invalid_client', 1, '"clientId" and "clientSecret"'],
    ['unauthorized_client', 1, 'may not ask'],
    ['invalid_scope', 1, '"scope" and "cloud"'],
    ['something_new', 1, 'Check "tenantId", "clientId", "clientSecret" and "cloud".'],
  ])('holds at %s with the code %d, and tells the cure', (error, code, cure) => {
    expect(tokenVerdict(refusal(error, code), AUTHORITY)).toEqual({
      status: 'hold',
      reason: `no access token from ${AUTHORITY}: HTTP 400: ${error}, AADSTS${code}: It is so.`,
      cure: expect.stringContaining(cure),
    });
  });

  it.each([408, 429, 500, 502, 503, 504])('retries at %d, with the wait that is asked for', (status) => {
    const { status: verdict, afterMs } = tokenVerdict(answer(status, '', { 'retry-after': '9' }), AUTHORITY);
    expect([verdict, afterMs]).toEqual(['retry', 9000]);
  });

  it.each(['temporarily_unavailable', 'server_error'])('retries at %s, whatever the status is', (error) => {
    expect(tokenVerdict(refusal(error, 90033, 400), AUTHORITY).status).toBe('retry');
  });

  it.each([
    [200, '<html><body>Sign in to the guest network</body></html>', '"authority"'],
    [200, '{"access_token":5}', '"authority"'],
    [403, 'no', '"authority"'],
    [404, '', '"authority"'],
    [302, '', 'redirect'],
    [407, '', 'password of the proxy'],
  ])('holds at %d without an error of Entra', (status, body, cure) => {
    expect(tokenVerdict(answer(status, body), AUTHORITY)).toMatchObject({
      status: 'hold',
      reason: expect.stringContaining(`HTTP ${status}`),
      cure: expect.stringContaining(cure),
    });
  });
});
