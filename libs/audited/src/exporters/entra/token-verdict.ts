import type { DeliveryVerdict } from '../../delivery/delivery-verdict.js';
import { answerJson, statusText } from '../http/answer-text.js';
import type { HttpAnswer } from '../http/http-connection.js';
import { httpVerdict, waitOf } from '../http/http-verdict.js';
import type { TokenRefusal } from './access-token.js';

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes, read on 2026-11-30. */
const CURES_BY_CODE: Readonly<Record<string, string>> = {
  AADSTS7000215: 'Give the value of the client secret in "clientSecret", not its id.',
  AADSTS7000222:
    'The client secret has expired: make a new one for the application, and give its value in "clientSecret".',
  AADSTS700016: 'Check "clientId" and "tenantId": the tenant does not know the application.',
  AADSTS7000229: 'The application has no service principal in the tenant: make one, and check "tenantId".',
  AADSTS7000112: 'The application is disabled: have it enabled.',
  AADSTS90002: 'Check "tenantId" and "cloud": that cloud does not know the tenant.',
  AADSTS900023: 'Check "tenantId": it is neither an id nor a domain of a tenant.',
  AADSTS500011: 'Check "cloud" and "scope": the tenant does not know what the token is for.',
  AADSTS70011: 'Check "scope": it has to end in "/.default".',
  AADSTS1002012: 'Check "scope": it has to end in "/.default".',
  AADSTS53003:
    'A conditional access policy of the tenant blocks the application: have it excepted, or send from another address.',
};
const CURES_BY_ERROR: Readonly<Record<string, string>> = {
  invalid_client: 'Check "clientId" and "clientSecret".',
  unauthorized_client: 'Check "clientId" and "tenantId": the application may not ask for tokens there.',
  invalid_scope: 'Check "scope" and "cloud".',
};
/** RFC 6749 section 4.1.2.1; Entra uses them for what passes by itself, with whatever status. */
const PASSING = new Set(['temporarily_unavailable', 'server_error']);

/**
 * What an answer of the token endpoint means that holds no token. 429, 5xx and what Entra calls temporary: retry. All else is
 * a matter of how the application is set up, and held.
 */
export function tokenVerdict(answer: HttpAnswer, authority: string): TokenRefusal {
  const { error, error_description: description } = (answerJson(answer) ?? {}) as Readonly<Record<string, unknown>>;
  const code = typeof description === 'string' ? (/AADSTS\d{4,9}/.exec(description)?.[0] ?? '') : '';
  const verdict = httpVerdict(answer);
  const reason = `no access token from ${authority}: ${wordsOf(answer, error, description)}`;
  if (verdict.status === 'retry' || (typeof error === 'string' && PASSING.has(error))) {
    return { status: 'retry', reason, ...waitOf(answer) };
  }
  return { status: 'hold', reason, cure: cureOf(error, code, verdict), ...waitOf(answer) };
}

function cureOf(error: unknown, code: string, verdict: DeliveryVerdict): string {
  if (typeof error === 'string') {
    return CURES_BY_CODE[code] ?? CURES_BY_ERROR[error] ?? 'Check "tenantId", "clientId", "clientSecret" and "cloud".';
  }
  // A redirect, or a proxy that wants a password: this is not about the application.
  return 'cure' in verdict && verdict.cure !== undefined && /redirect|proxy/.test(verdict.cure)
    ? verdict.cure
    : 'Check "authority", "cloud" and "tenantId": what answers there gives no tokens.';
}

/** `HTTP 401: invalid_client, AADSTS7000215: Invalid client secret provided.` */
function wordsOf(answer: HttpAnswer, error: unknown, description: unknown): string {
  if (typeof error !== 'string') {
    return answer.status < 300 ? `HTTP ${answer.status} without a token` : statusText(answer);
  }
  // The lines after the first, or what stands there instead, are ids for Microsoft's support.
  const words =
    typeof description === 'string' ? (description.split(/[\r\n]| Trace ID: /, 1)[0] ?? '').slice(0, 160) : '';
  return `HTTP ${answer.status}: ${error}${words === '' ? '' : `, ${words}`}`;
}
