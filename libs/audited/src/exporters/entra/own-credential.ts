import { networkVerdict } from '../network-verdict.js';
import { accessTokenOf, type AccessTokenCredential, type TokenRefusal, type TokenSource } from './access-token.js';
import { untilAborted } from './until-aborted.js';

const CURE = 'Check the credential: whether this machine has the identity, and whether the identity may have tokens.';

/**
 * Tokens of a credential that the application gives. Nothing that it throws is repeated but names and codes: what stands in
 * the messages of others, nobody knows.
 *
 * @param timeoutMs how long one question may take
 */
export function ownCredential(credential: AccessTokenCredential, scope: string, timeoutMs: number): TokenSource {
  return async (_send, signal) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const given = await untilAborted((async () => credential.getToken(scope, { abortSignal: limited }))(), limited);
      const token = accessTokenOf(given?.token, given?.expiresOnTimestamp);
      return token ?? { status: 'hold', reason: 'the credential gave no access token', cure: CURE };
    } catch (error) {
      return refusalOf(error);
    }
  };
}

function refusalOf(error: unknown): TokenRefusal {
  const { name = '', message = '', code, statusCode } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const aadsts = /AADSTS\d{4,9}/.exec(String(message))?.[0];
  const words = [name, code, statusCode, aadsts]
    .map(String)
    .filter((word) => /^[\w-]{1,60}$/.test(word) && word !== 'undefined');
  const reason = `the credential gave no access token: ${words.join(', ') || 'it threw'}`;
  // `@azure/identity`: there is no such identity here; or Entra answered, and does not like it.
  const isRefused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  const passes = statusCode === 408 || statusCode === 429;
  if (name === 'CredentialUnavailableError' || (isRefused && !passes)) {
    return { status: 'hold', reason, cure: CURE };
  }
  const verdict = networkVerdict(error);
  return { ...verdict, reason };
}
