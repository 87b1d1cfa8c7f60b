import type { Clock } from '../../event/clock.js';
import { answerJson } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { networkVerdict } from '../network-verdict.js';
import { withoutSecrets } from '../secret-words.js';
import { accessTokenOf, type AccessToken, type TokenSource } from './access-token.js';
import { tokenVerdict } from './token-verdict.js';

/** An application of Microsoft Entra ID that proves who it is with a secret. */
export interface ClientCredentials {
  /** `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token` */
  readonly url: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** `https://monitor.azure.com/.default` */
  readonly scope: string;
}

/** Used where an answer does not say how long its token lasts; Entra always says it, and gives an hour or more. */
const USUAL_LIFE_MS = 600_000;

/**
 * Tokens by the OAuth 2.0 client credentials grant:
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, read on 2026-11-30.
 */
export function clientCredentials(given: ClientCredentials, clock: Clock): TokenSource {
  const { url, clientId, clientSecret, scope } = given;
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials', scope };
  const body = new URLSearchParams(form).toString();
  const remove = withoutSecrets([clientSecret]);
  return async (send, signal) => {
    // Before it is sent: the time on the way counts too.
    const askedAt = clock.now();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    let answer: HttpAnswer;
    try {
      answer = await send({ url, headers, body }, signal);
    } catch (error) {
      const verdict = networkVerdict(error);
      return { ...verdict, reason: `no access token from ${url.origin}: ${verdict.reason}` };
    }
    return tokenOf(answer, askedAt) ?? tokenVerdict({ ...answer, text: remove(answer.text) }, url.origin);
  };
}

function tokenOf(answer: HttpAnswer, askedAt: number): AccessToken | undefined {
  if (answer.status !== 200) {
    return undefined;
  }
  const { access_token: token, expires_in: seconds } = (answerJson(answer) ?? {}) as Readonly<Record<string, unknown>>;
  const life = Number(seconds) * 1000;
  return accessTokenOf(token, askedAt + (life > 0 && Number.isFinite(life) ? life : USUAL_LIFE_MS));
}
