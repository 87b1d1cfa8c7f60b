import { FixedClock } from '../../testing/fixed.clock.js';
import type { HttpAnswer } from '../http/http-connection.js';
import type { SendHttp } from '../http/http-exporter.js';
import { clientCredentials } from './client-credentials.js';

const CLIENT_SECRET = 'S3cr3t~of.the-application_which+is/long';
const URL_OF_TOKENS = new URL('https://login.microsoftonline.com/contoso/oauth2/v2.0/token');

function answer(status: number, body: unknown): HttpAnswer {
  return { status, headers: {}, text: JSON.stringify(body), isCut: false };
}

describe('clientCredentials', () => {
  const clock = new FixedClock(0);
  const given = { url: URL_OF_TOKENS, clientId: 'c', clientSecret: CLIENT_SECRET, scope: 's' };
  const ask = (send: SendHttp) => clientCredentials(given, clock)(send, new AbortController().signal);

  it('counts the life of a token from the question on', async () => {
    const token = await ask(() => {
      clock.advance(5000);
      return Promise.resolve(answer(200, { access_token: 'a.b.c', expires_in: 3599 }));
    });
    expect(token).toEqual({ token: 'a.b.c', expiresOnTimestamp: 3_599_000 });
  });

  it.each([undefined, 'soon', -1, 0])('gives a token ten minutes when the answer says %j', async (seconds) => {
    const now = clock.now();
    expect(await ask(() => Promise.resolve(answer(200, { access_token: 'a', expires_in: seconds })))).toEqual({
      token: 'a',
      expiresOnTimestamp: now + 600_000,
    });
  });

  it('repeats no part of the secret, wherever the words of an answer are cut', async () => {
    for (let before = 100; before < 200; before += 1) {
      const error_description = `${'x'.repeat(before)}${CLIENT_SECRET}`;
      const verdict = await ask(() => Promise.resolve(answer(401, { error: 'invalid_client', error_description })));
      expect(JSON.stringify(verdict)).not.toContain(CLIENT_SECRET.slice(0, 4));
    }
  });

  it('says that it is the tokens that do not come when there is no answer', async () => {
    const broken = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    expect(await ask(() => Promise.reject(broken))).toEqual({
      status: 'retry',
      reason: 'no access token from https://login.microsoftonline.com: read ECONNRESET',
    });
  });
});
