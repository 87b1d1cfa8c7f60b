import { errors } from 'undici';
import { networkVerdict } from './network-verdict.js';

function coded(code: string, message = '', more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

describe('networkVerdict', () => {
  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'CRL_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_ADDRESS_REFUSED',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'EPROTO',
    'HPE_INVALID_CONSTANT',
    'INVALID_CA',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UND_ERR_INVALID_ARG',
    'UND_ERR_PRX_TLS',
  ])('holds %s, with a cure', (code) => {
    expect(networkVerdict(coded(code))).toEqual({ status: 'hold', reason: code, cure: expect.stringMatching(/\.$/) });
  });

  it.each([
    'EAI_AGAIN',
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EPIPE',
    'ETIMEDOUT',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_SOCKET',
  ])('retries %s, with a cure', (code) => {
    expect(networkVerdict(coded(code))).toEqual({ status: 'retry', reason: code, cure: expect.stringMatching(/\.$/) });
  });

  it('retries what it does not know', () => {
    expect(networkVerdict(coded('ESOMETHING', 'odd'))).toEqual({ status: 'retry', reason: 'ESOMETHING: odd' });
    expect(networkVerdict(new Error('odd'))).toEqual({ status: 'retry', reason: 'Error: odd' });
    expect(networkVerdict('odd')).toEqual({ status: 'retry', reason: 'unknown: odd' });
    expect(networkVerdict(undefined)).toMatchObject({ status: 'retry' });
    expect(networkVerdict(null)).toMatchObject({ status: 'retry' });
  });

  it('tells the two ways of stopping apart', () => {
    expect(networkVerdict(new DOMException('x', 'TimeoutError'))).toEqual({
      status: 'retry',
      reason: 'no answer in time',
    });
    expect(networkVerdict(new DOMException('x', 'AbortError'))).toEqual({ status: 'retry', reason: 'given up' });
    expect(networkVerdict(new errors.RequestAbortedError())).toEqual({ status: 'retry', reason: 'given up' });
  });

  it('reads the errors of a name with several addresses', () => {
    const both = ['::1', '127.0.0.1'].map((host) => coded('ECONNREFUSED', `connect ECONNREFUSED ${host}:9`));
    // As node:net makes it: the code outside, no message.
    const error = Object.assign(new AggregateError(both), { code: 'ECONNREFUSED' });
    expect(networkVerdict(error)).toMatchObject({ status: 'retry', reason: 'connect ECONNREFUSED ::1:9' });
    expect(networkVerdict(new AggregateError(both))).toMatchObject({ reason: 'connect ECONNREFUSED ::1:9' });
    expect(networkVerdict(new AggregateError([], 'none'))).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('none'),
    });
  });

  it('looks for the cause behind an error that says nothing', () => {
    const cause = coded('CERT_HAS_EXPIRED', 'certificate has expired');
    const fetchFailed = new TypeError('fetch failed', { cause: new Error('outer', { cause }) });
    expect(networkVerdict(fetchFailed)).toMatchObject({
      status: 'hold',
      reason: 'CERT_HAS_EXPIRED: certificate has expired',
    });
  });

  it('is not caught in a circle', () => {
    const error: Error & { cause?: unknown } = new Error('round');
    error.cause = error;
    expect(networkVerdict(error)).toEqual({ status: 'retry', reason: 'Error: round' });
  });

  it('knows an error of another realm', () => {
    expect(networkVerdict({ code: 'EPROTO', message: 'wrong version number' })).toMatchObject({ status: 'hold' });
  });

  it.each([
    [407, 'hold', 'password'],
    [403, 'hold', 'let this address through'],
    [400, 'hold', 'let this address through'],
    [502, 'retry', 'does not reach'],
    [503, 'retry', 'does not reach'],
    [429, 'retry', 'does not reach'],
  ])('reads what a proxy answered instead of a tunnel: %i', (status, expected, cure) => {
    const error = new errors.RequestAbortedError(`Proxy response (${status}) !== 200 when HTTP Tunneling`);
    expect(networkVerdict(error)).toEqual({
      status: expected,
      reason: `the proxy answered ${status}`,
      cure: expect.stringContaining(cure),
    });
  });

  it('reads the errors that the client itself makes', () => {
    const refused = coded('ERR_TLS_CERT_ALTNAME_INVALID', 'not in the list');
    expect(networkVerdict(new errors.SecureProxyConnectionError(refused))).toMatchObject({ status: 'hold' });
    expect(networkVerdict(new errors.SocketError('other side closed'))).toMatchObject({ status: 'retry' });
    expect(networkVerdict(new errors.ConnectTimeoutError('slow'))).toMatchObject({
      status: 'retry',
      reason: 'UND_ERR_CONNECT_TIMEOUT: slow',
    });
    expect(networkVerdict(new errors.HTTPParserError('no HTTP'))).toMatchObject({ status: 'hold' });
    expect(networkVerdict(new errors.InvalidArgumentError('invalid x header'))).toMatchObject({ status: 'hold' });
  });
});
