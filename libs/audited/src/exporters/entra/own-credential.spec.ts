import type { SendHttp } from '../http/http-exporter.js';
import type { AccessTokenCredential } from './access-token.js';
import { ownCredential } from './own-credential.js';

const SCOPE = 'https://monitor.azure.com/.default';
const send: SendHttp = () => Promise.reject(new Error('nothing is sent here'));
const ask = (getToken: AccessTokenCredential['getToken'], timeoutMs = 60_000) =>
  ownCredential({ getToken }, SCOPE, timeoutMs)(send, new AbortController().signal);
const failing = (error: unknown) => ask(() => Promise.reject(error as Error));

/** `TokenCredential` of `@azure/core-auth`, as far as it goes: it has to be one of ours. */
interface TokenCredentialOfAzure {
  getToken(
    scopes: string | string[],
    options?: { abortSignal?: { readonly aborted: boolean }; tenantId?: string; enableCae?: boolean },
  ): Promise<{
    token: string;
    expiresOnTimestamp: number;
    refreshAfterTimestamp?: number;
    tokenType?: 'Bearer';
  } | null>;
}

describe('ownCredential', () => {
  it('gives the token of a credential of @azure/identity, which it lets know when nobody waits any more', async () => {
    let signal: { readonly aborted: boolean } | undefined;
    const azure: TokenCredentialOfAzure = {
      getToken: (scopes, options) => {
        signal = options?.abortSignal;
        return Promise.resolve({ token: `for.${String(scopes).length}`, expiresOnTimestamp: 5 });
      },
    };
    const credential: AccessTokenCredential = azure;
    const stop = new AbortController();
    expect(await ownCredential(credential, SCOPE, 60_000)(send, stop.signal)).toEqual({
      token: `for.${SCOPE.length}`,
      expiresOnTimestamp: 5,
    });
    stop.abort();
    expect(signal?.aborted).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['a token that no header can carry', { token: 'a\r\nb', expiresOnTimestamp: 5 }],
    ['a token without an end', { token: 'abc' }],
  ])('holds when it gives %s', async (_what, given) => {
    expect(await ask(() => Promise.resolve(given as never))).toMatchObject({
      status: 'hold',
      reason: 'the credential gave no access token',
      cure: expect.stringContaining('identity'),
    });
  });

  it('holds when there is no identity, and when Entra does not like it', async () => {
    const none = Object.assign(new Error('no IMDS'), { name: 'CredentialUnavailableError' });
    const disliked = Object.assign(new Error('AADSTS700016: secret-of-others'), {
      name: 'AuthenticationError',
      statusCode: 400,
    });
    expect(await failing(none)).toMatchObject({ status: 'hold' });
    expect(await failing(disliked)).toMatchObject({
      status: 'hold',
      reason: 'the credential gave no access token: AuthenticationError, 400, AADSTS700016',
    });
  });

  it.each([
    ['too many requests', Object.assign(new Error('x'), { name: 'RestError', statusCode: 429 })],
    ['a service out of order', Object.assign(new Error('x'), { name: 'RestError', statusCode: 503 })],
    ['a broken connection', Object.assign(new Error('x'), { code: 'ECONNRESET' })],
    ['anything at all', 'x'],
  ])('retries at %s', async (_what, error) => {
    expect(await failing(error)).toMatchObject({ status: 'retry' });
  });

  it('repeats no message of others', async () => {
    const verdict = await failing(new Error('Authorization: Bearer eyJ0eXAi'));
    expect(verdict).toEqual({ status: 'retry', reason: 'the credential gave no access token: Error' });
  });

  it('does not wait for ever', async () => {
    expect(await ask(() => new Promise(() => undefined), 5)).toMatchObject({ status: 'retry' });
  });

  it('takes a credential that throws at once for one that rejects', async () => {
    expect(
      await ask(() => {
        throw new TypeError('x');
      }),
    ).toMatchObject({ status: 'retry', reason: expect.stringContaining('TypeError') });
  });
});
